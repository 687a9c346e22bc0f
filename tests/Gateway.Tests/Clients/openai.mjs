// OpenAI's SDK for JavaScript: OPENAI_BASE_URL and OPENAI_API_KEY, nothing else.
import OpenAI from 'openai';
import { claude, done, nova, picture, saw, titan } from './cases.mjs';

const client = new OpenAI();
const user = (content) => [{ role: 'user', content }];
const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } } }];

function answer(a) {
  const [choice] = a.choices;
  return {
    id: a._request_id, text: choice.message.content, tools: choice.message.tool_calls ?? [], finish: choice.finish_reason, usage: a.usage,
    model: a.model,
  };
}

const chat = async (model, messages, more = {}) => answer(await client.chat.completions.create({ model, messages, max_tokens: 50, ...more }));

async function stream(model, text, more = {}) {
  const { data, request_id } = await client.chat.completions.create({ model, messages: user(text), max_tokens: 50, stream: true, ...more })
    .withResponse();
  const seen = { id: request_id, text: '', toolName: '', toolInput: '', chunks: 0, usages: 0 };
  for await (const chunk of data) {
    seen.chunks++;
    const delta = chunk.choices[0]?.delta;
    seen.text += delta?.content ?? '';
    seen.toolName += delta?.tool_calls?.[0]?.function?.name ?? '';
    seen.toolInput += delta?.tool_calls?.[0]?.function?.arguments ?? '';
    seen.finish = chunk.choices[0]?.finish_reason ?? seen.finish;
    if (chunk.usage) {
      seen.usages++;
      seen.usage = chunk.usage;
    }
  }
  return seen;
}

await saw('chat', () => chat(nova, user('hello [[tokens=12]]'), { metadata: { ticket: 'A-1' } }));
await saw('alias', () => chat('small', user('hello [[tokens=5]]')));
await saw('tool', () => chat(claude, user('weather? [[tool=weather {"city":"Bonn"}]]'), { tools }));
await saw('toolResult', () => chat(claude, [
  { role: 'system', content: 'be brief' }, { role: 'user', content: 'weather?' },
  { role: 'assistant', tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bonn"}' } }] },
  { role: 'tool', tool_call_id: 'call_1', content: 'rain' }, { role: 'user', content: 'so? [[tokens=4]]' },
], { tools }));
await saw('picture', () => chat(nova, user([
  { type: 'text', text: 'what is this [[tokens=3]]' }, { type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } },
])));
await saw('form', () => chat(claude, user('an object [[tokens=3]]'), {
  response_format: { type: 'json_schema', json_schema: { name: 'thing', strict: true, schema: { type: 'object', properties: {}, additionalProperties: false } } },
}));
await saw('stream', () => stream(nova, 'hello [[tokens=30]]'));
await saw('streamWithUsage', () => stream(nova, 'hello [[tokens=30]]', { stream_options: { include_usage: true } }));
await saw('streamedTool', () => stream(claude, 'weather? [[tool=weather {"city":"Bonn"}]]', { tools, stream_options: { include_usage: true } }));
await saw('midstream', () => stream(nova, 'hello [[tokens=30]] [[midstream=throttlingException]]'));
await saw('helper', async () => {
  const runner = client.chat.completions.stream({ model: nova, messages: user('hello [[tokens=9]]'), max_tokens: 50, stream_options: { include_usage: true } });
  const last = await runner.finalChatCompletion();
  return { text: last.choices[0].message.content, finish: last.choices[0].finish_reason, usage: last.usage };
});
await saw('embeddings', async () => {
  const { data, request_id, response } = await client.embeddings.create({ model: titan, input: ['one', 'two words', 'one'], dimensions: 256 })
    .withResponse();
  return {
    id: request_id, cost: response.headers.get('x-assay-cost-usd'), lengths: data.data.map((d) => d.embedding.length),
    indexes: data.data.map((d) => d.index), same: JSON.stringify(data.data[0].embedding) === JSON.stringify(data.data[2].embedding),
    different: JSON.stringify(data.data[0].embedding) !== JSON.stringify(data.data[1].embedding), usage: data.usage,
  };
});
await saw('models', async () => (await client.models.list()).data.map((m) => m.id));
await saw('wrongParameter', () => chat(nova, user('hello'), { n: 3 }));
await saw('unknownModel', () => chat('acme.none-v1:0', user('hello')));
await saw('overBudget', async () => answer(await new OpenAI({ apiKey: process.env.CASE_POOR_KEY }).chat.completions.create({
  model: claude, messages: user('hello'), max_tokens: 4000,
})));
await saw('wrongKey', async () => answer(await new OpenAI({ apiKey: 'not-a-key' }).chat.completions.create({ model: nova, messages: user('hi') })));
await saw('own', () => chat('theirs', user('hello')));
await saw('ownStream', () => stream('theirs', 'hello'));
await saw('ownStreamWithUsage', () => stream('theirs', 'hello', { stream_options: { include_usage: true } }));
done();
