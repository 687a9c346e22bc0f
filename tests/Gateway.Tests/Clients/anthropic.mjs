// Anthropic's SDK for JavaScript: ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY, nothing else.
import Anthropic from '@anthropic-ai/sdk';
import { claude, done, picture, saw } from './cases.mjs';

const client = new Anthropic();
const user = (content) => [{ role: 'user', content }];
const tools = [{ name: 'weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } }];

const answer = (a) => ({
  id: a._request_id, text: a.content.map((b) => b.text ?? '').join(''), tools: a.content.filter((b) => b.type === 'tool_use'),
  thoughts: a.content.filter((b) => b.type === 'thinking').length, stop: a.stop_reason, usage: a.usage, model: a.model,
});

const ask = (text, more = {}) => ({ model: claude, max_tokens: 50, messages: user(text), ...more });
const message = async (body) => answer(await client.messages.create(body));

async function stream(body) {
  const events = {};
  const runner = client.messages.stream(body);
  runner.on('streamEvent', (event) => { events[event.type] = (events[event.type] ?? 0) + 1; });
  let text = '';
  runner.on('text', (delta) => { text += delta; });
  const last = await runner.finalMessage();
  return { ...answer(last), id: runner.request_id, heard: text, events };
}

await saw('message', () => message(ask('hello [[tokens=12]]', { metadata: { user_id: 'u-7' } })));
await saw('alias', () => message(ask('hello [[tokens=5]]', { model: 'smart' })));
await saw('tool', () => message(ask('weather? [[tool=weather {"city":"Bonn"}]]', { tools })));
await saw('toolResult', () => message({
  ...ask('x'), tools, system: 'be brief',
  messages: [
    { role: 'user', content: 'weather?' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Bonn' } }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'rain' }, { type: 'text', text: 'so? [[tokens=4]]' }] },
  ],
}));
await saw('picture', () => message(ask([
  { type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture } }, { type: 'text', text: 'what [[tokens=3]]' },
])));
await saw('thinking', () => message(ask('think [[tokens=6]]', { max_tokens: 2000, thinking: { type: 'enabled', budget_tokens: 1024 } })));
await saw('cached', async () => {
  const system = [{ type: 'text', text: 'rules '.repeat(7000), cache_control: { type: 'ephemeral' } }];
  return { first: await message(ask('one [[tokens=2]]', { system })), second: await message(ask('two [[tokens=2]]', { system })) };
});
await saw('stream', () => stream(ask('hello [[tokens=30]]')));
await saw('streamedTool', () => stream(ask('weather? [[tool=weather {"city":"Bonn"}]]', { tools })));
await saw('midstream', () => stream(ask('hello [[tokens=30]] [[midstream=modelStreamErrorException]]')));
await saw('count', () => client.messages.countTokens({ model: claude, messages: user('how many') }));
await saw('models', async () => (await client.models.list()).data.map((m) => m.id));
await saw('invalid', () => message(ask('hello', { max_tokens: -1 })));
await saw('unknownModel', () => message(ask('hello', { model: 'acme.none-v1:0' })));
await saw('overBudget', async () => {
  const poor = new Anthropic({ apiKey: process.env.CASE_POOR_KEY });
  return answer(await poor.messages.create(ask('hello', { max_tokens: 4000 })));
});
await saw('wrongKey', async () => answer(await new Anthropic({ apiKey: 'not-a-key' }).messages.create(ask('hi'))));
await saw('own', () => message(ask('hello', { model: 'claudes' })));
await saw('ownStream', () => stream(ask('hello', { model: 'claudes' })));
done();
