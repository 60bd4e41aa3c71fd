// More dialogues by Vercel AI SDK 7: histories without ids, pictures, settings, the server's history, nested agents.
import { openai } from "@ai-sdk/openai";
import { OpenTelemetry } from "@ai-sdk/otel";
import { trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { generateText, isStepCount, registerTelemetry, tool } from "ai";
import { z } from "zod";

const telemetry = new NodeSDK({ serviceName: "shop" });
telemetry.start();
registerTelemetry(new OpenTelemetry());
const tracer = trace.getTracer("shop");
const model = openai.chat("gpt-5-mini");
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

async function ask(question, history) {
  const before = history.flatMap(([asked, answered]) => [
    { role: "user", content: asked },
    { role: "assistant", content: answered },
  ]);
  return (await generateText({ model, messages: [...before, { role: "user", content: question }], maxRetries: 0 })).text;
}

async function resend() {
  const history = [];
  for (const question of ["Do you sell laces for the Alta?", "Which ones hold longer?", "Then two pairs of those, please."])
    history.push([question, await ask(question, [...history])]);
}

async function regenerate() {
  const question = "Write a greeting for a birthday card.";
  await ask(question, []);
  await ask("Make it rhyme.", [[question, await ask(question, [])]]);
}

async function edit() {
  const first = ["Which boots are good for snow?", await ask("Which boots are good for snow?", [])];
  await ask("And for children?", [first]);
  const second = ["And for women?", await ask("And for women?", [first])];
  await ask("How much is it?", [first, second]);
}

const order = z.object({ order: z.number() });
const find_order = tool({
  description: "Where an order is",
  inputSchema: order,
  execute: async ({ order }) => `Order ${order} left the warehouse on Monday.`,
});
const find_carrier = tool({
  description: "Who brings an order, and when",
  inputSchema: order,
  execute: async ({ order }) => `Blue Parcel brings order ${order} on Tuesday.`,
});
const ask_delivery = tool({
  description: "Asks the agent that knows about delivery",
  inputSchema: z.object({ task: z.string() }),
  execute: async ({ task }) =>
    (await generateText({ model, system: "You know about delivery.", prompt: task, tools: { find_carrier }, stopWhen: isStepCount(5) })).text,
});

const pictures = [
  { type: "text", text: "What is on these pictures?" },
  { type: "file", data: PIXEL, mediaType: "image/png" },
  { type: "file", data: new URL("https://shop.example/sole.jpg"), mediaType: "image/jpeg" },
];
const settings = {
  temperature: 0.2,
  topP: 0.9,
  maxOutputTokens: 300,
  seed: 7,
  stopSequences: ["END"],
  frequencyPenalty: 0.1,
  presencePenalty: 0.3,
  // No model that reasons: for those the SDK leaves most settings out.
  model: openai.chat("gpt-4.1-mini"),
  providerOptions: { openai: { logprobs: 2 } },
};

const dialogues = {
  resent: resend,
  regenerated: regenerate,
  edited: edit,
  picture: () => generateText({ model, messages: [{ role: "user", content: pictures }] }),
  settings: () => generateText({ prompt: "Which colours are there?", ...settings }),
  resumed: async () => {
    const stateful = openai.responses("gpt-5-mini");
    const first = await generateText({ model: stateful, prompt: "Do you have a shop in town?" });
    const previousResponseId = first.providerMetadata.openai.responseId;
    await generateText({ model: stateful, prompt: "When is it open?", providerOptions: { openai: { previousResponseId } } });
  },
  agent: () =>
    generateText({
      model,
      system: "You help the customers of a shop.",
      prompt: "Find my order 4711 and tell me who brings it.",
      tools: { find_order, ask_delivery },
      stopWhen: isStepCount(5),
    }),
};
const withoutIds = new Set(["resent", "regenerated", "edited"]);

for (const [name, talk] of Object.entries(dialogues)) {
  if (withoutIds.has(name)) {
    await talk();
    continue;
  }
  const attributes = { "gen_ai.conversation.id": name, "user.id": "anna" };
  await tracer.startActiveSpan("answer", { attributes }, async (span) => {
    await talk();
    span.end();
  });
}
await telemetry.shutdown();
