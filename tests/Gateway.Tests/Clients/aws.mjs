// The AWS SDK for JavaScript with nothing but the environment's address, key and region.
import {
  ApplyGuardrailCommand, BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand, CountTokensCommand, InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { claude, done, nova, picture, saw } from './cases.mjs';

const client = new BedrockRuntimeClient();
const user = (...content) => [{ role: 'user', content }];
const tools = { tools: [{ toolSpec: { name: 'weather', inputSchema: { json: { type: 'object', properties: { city: { type: 'string' } } } } } }] };
const claudeBody = (text) => JSON.stringify({
  anthropic_version: 'bedrock-2023-05-31', max_tokens: 50, messages: [{ role: 'user', content: text }],
});

function answer(a) {
  const blocks = a.output.message.content;
  return {
    id: a.$metadata.requestId, attempts: a.$metadata.attempts, text: blocks.map((b) => b.text ?? '').join(''),
    tools: blocks.filter((b) => b.toolUse).map((b) => b.toolUse), stop: a.stopReason, usage: a.usage,
  };
}

async function stream(input) {
  const a = await client.send(new ConverseStreamCommand(input));
  const seen = { id: a.$metadata.requestId, attempts: a.$metadata.attempts, text: '', toolName: '', toolInput: '' };
  for await (const event of a.stream) {
    seen.text += event.contentBlockDelta?.delta?.text ?? '';
    seen.toolName += event.contentBlockStart?.start?.toolUse?.name ?? '';
    seen.toolInput += event.contentBlockDelta?.delta?.toolUse?.input ?? '';
    if (event.messageStop) seen.stop = event.messageStop.stopReason;
    if (event.metadata) seen.usage = event.metadata.usage;
  }
  return seen;
}

const converse = async (input) => answer(await client.send(new ConverseCommand(input)));
const ask = (modelId, text, more = {}) => ({ modelId, messages: user({ text }), inferenceConfig: { maxTokens: 50 }, ...more });

await saw('converse', () => converse(ask(nova, 'hello [[tokens=12]]', { requestMetadata: { ticket: 'A-1' } })));
await saw('picture', () => converse({
  modelId: nova, inferenceConfig: { maxTokens: 50 },
  messages: user({ text: 'what is this [[tokens=3]]' }, { image: { format: 'png', source: { bytes: Buffer.from(picture, 'base64') } } }),
}));
await saw('thought', () => converse({
  ...ask(claude, 'x'),
  messages: [
    { role: 'user', content: [{ text: 'think' }] },
    { role: 'assistant', content: [{ reasoningContent: { reasoningText: { text: 'so', signature: 'c2ln' } } }, { text: 'yes' }] },
    { role: 'user', content: [{ text: 'go on [[tokens=4]]' }] },
  ],
}));
await saw('tool', () => converse(ask(claude, 'weather? [[tool=weather {"city":"Bonn"}]]', { toolConfig: tools })));
await saw('cached', async () => {
  const long = { modelId: claude, inferenceConfig: { maxTokens: 20 }, system: [{ text: 'rules '.repeat(6000) }, { cachePoint: { type: 'default' } }] };
  const first = await converse({ ...long, messages: user({ text: 'one [[tokens=2]]' }) });
  return { first, second: await converse({ ...long, messages: user({ text: 'two [[tokens=2]]' }) }) };
});
await saw('stream', () => stream(ask(nova, 'hello [[tokens=30]]')));
await saw('streamedTool', () => stream(ask(claude, 'weather? [[tool=weather {"city":"Bonn"}]]', { toolConfig: tools })));
await saw('midstream', () => stream(ask(nova, 'hello [[tokens=30]] [[midstream=throttlingException]]')));
await saw('invoke', async () => {
  const a = await client.send(new InvokeModelCommand({ modelId: claude, body: claudeBody('hello [[tokens=7]]') }));
  return { id: a.$metadata.requestId, body: JSON.parse(Buffer.from(a.body).toString()) };
});
await saw('invokeStream', async () => {
  const a = await client.send(new InvokeModelWithResponseStreamCommand({ modelId: claude, body: claudeBody('hello [[tokens=20]]') }));
  const events = [];
  for await (const event of a.body) events.push(JSON.parse(Buffer.from(event.chunk.bytes).toString()));
  return {
    id: a.$metadata.requestId, text: events.map((e) => e.delta?.text ?? '').join(''),
    output: events.find((e) => e.type === 'message_delta').usage.output_tokens, last: events.at(-1).type,
  };
});
await saw('count', async () => {
  const a = await client.send(new CountTokensCommand({ modelId: claude, input: { converse: { messages: user({ text: 'how many' }) } } }));
  return { id: a.$metadata.requestId, inputTokens: a.inputTokens };
});
await saw('guardrail', async () => {
  const a = await client.send(new ApplyGuardrailCommand({
    guardrailIdentifier: 'gr12345', guardrailVersion: '1', source: 'INPUT', content: [{ text: { text: 'a forbidden-word here' } }],
  }));
  return { id: a.$metadata.requestId, action: a.action, usage: a.usage };
});
await saw('guarded', () => converse(ask(nova, 'hello [[tokens=4]]', {
  guardrailConfig: { guardrailIdentifier: 'gr12345', guardrailVersion: '1', trace: 'enabled' },
})));
await saw('grounded', () => client.send(new ApplyGuardrailCommand({
  guardrailIdentifier: 'gr12345', guardrailVersion: '1', source: 'OUTPUT',
  content: [{ text: { text: 'the source', qualifiers: ['grounding_source'] } }, { text: { text: 'an answer' } }],
})));
await saw('profile', () => converse(ask(process.env.CASE_PROFILE, 'hello [[tokens=6]]')));
await saw('unknownModel', () => converse(ask('acme.none-v1:0', 'hello')));
await saw('invalid', () => converse(ask(nova, 'hello [[error=ValidationException]]')));
await saw('notReady', () => converse(ask(nova, 'hello [[error=ModelErrorException]]')));
await saw('overBudget', async () => {
  process.env.AWS_BEARER_TOKEN_BEDROCK = process.env.CASE_POOR_KEY;
  return answer(await new BedrockRuntimeClient().send(new ConverseCommand(ask(claude, 'hello', { inferenceConfig: { maxTokens: 4000 } }))));
});
await saw('wrongKey', async () => {
  process.env.AWS_BEARER_TOKEN_BEDROCK = 'not-a-key';
  return answer(await new BedrockRuntimeClient().send(new ConverseCommand(ask(nova, 'hello'))));
});
// The third call of this key within a minute finds no room, and the SDK tries again by itself.
await saw('rated', async () => {
  process.env.AWS_BEARER_TOKEN_BEDROCK = process.env.CASE_HURRIED_KEY;
  const hurried = new BedrockRuntimeClient({ maxAttempts: 5 });
  const attempts = [];
  const call = async () => attempts.push((await hurried.send(new ConverseCommand(ask(nova, 'hello [[tokens=1]]')))).$metadata.attempts);
  await call();
  await call();
  await fetch(process.env.CASE_LEAP);
  await call();
  return { attempts };
});
done();
