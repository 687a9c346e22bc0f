// Anthropic's SDK for Claude on Bedrock, which calls InvokeModel: ANTHROPIC_BEDROCK_BASE_URL and AWS_BEARER_TOKEN_BEDROCK.
import AnthropicBedrock from '@anthropic-ai/bedrock-sdk';
import { claude, done, saw } from './cases.mjs';

const client = new AnthropicBedrock();
const ask = (text, more = {}) => ({ model: claude, max_tokens: 50, messages: [{ role: 'user', content: text }], ...more });

await saw('message', async () => {
  const a = await client.messages.create(ask('hello [[tokens=7]]'));
  return { text: a.content[0].text, usage: a.usage, stop: a.stop_reason };
});
await saw('stream', async () => {
  const last = await client.messages.stream(ask('hello [[tokens=20]]')).finalMessage();
  return { text: last.content[0].text, usage: last.usage, stop: last.stop_reason };
});
await saw('overBudget', () => new AnthropicBedrock({ apiKey: process.env.CASE_POOR_KEY }).messages.create(ask('hello', { max_tokens: 4000 })));
done();
