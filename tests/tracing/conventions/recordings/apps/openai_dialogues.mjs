// The dialogues of openai_dialogues.py, by the client in JavaScript, whoever looks on.
const model = "gpt-5-mini";
const system = "You help the customers of a shop.";
const messages = [
  { role: "system", content: system },
  { role: "user", content: "Where is my order 4711?" },
];
const parameters = { type: "object", properties: { order: { type: "integer" } }, required: ["order"] };
const tools = [{ type: "function", function: { name: "find_order", description: "Where an order is", parameters } }];

async function callTool(client) {
  const called = (await client.chat.completions.create({ model, messages, tools })).choices[0].message;
  const result = { role: "tool", tool_call_id: "call_1", content: "left the warehouse on Monday" };
  await client.chat.completions.create({ model, messages: [...messages, called, result], tools });
}

async function stream(client) {
  const asked = { model, messages, stream: true, stream_options: { include_usage: true } };
  for await (const _ of await client.chat.completions.create(asked));
}

async function abandon(client) {
  const story = [{ role: "user", content: "Tell me a story." }];
  const chunks = await client.chat.completions.create({ model, messages: story, stream: true });
  let count = 0;
  for await (const _ of chunks) if (++count === 9) break;
}

export const dialogues = {
  plain: (client) => client.chat.completions.create({ model, messages, temperature: 0.2 }),
  tool: callTool,
  stream,
  abandoned: abandon,
  error: (client) => client.chat.completions.create({ model: "broken", messages }).catch(() => {}),
  responses: (client) => client.responses.create({ model, instructions: system, input: "Where is my order?" }),
  embedding: (client) =>
    client.embeddings.create({ model: "text-embedding-3-small", input: ["Where is my order?"], encoding_format: "float" }),
};
