// Vercel AI SDK 7 and up, with its own OpenTelemetry.
import { openai } from "@ai-sdk/openai";
import { OpenTelemetry } from "@ai-sdk/otel";
import { trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { generateText, isStepCount, registerTelemetry, streamText, tool } from "ai";
import { z } from "zod";

const telemetry = new NodeSDK({ serviceName: "shop" });
telemetry.start();
registerTelemetry(new OpenTelemetry());
const tracer = trace.getTracer("shop");

const asked = {
  model: openai.chat("gpt-5-mini"),
  system: "You help the customers of a shop.",
  prompt: "Where is my order 4711?",
  maxRetries: 0,
};
const find_order = tool({
  description: "Where an order is",
  inputSchema: z.object({ order: z.number() }),
  execute: async ({ order }) => `Order ${order} left the warehouse on Monday.`,
});

async function abandon() {
  const stop = new AbortController();
  const story = { ...asked, system: undefined, prompt: "Tell me a story." };
  const { textStream } = streamText({ ...story, abortSignal: stop.signal });
  let count = 0;
  for await (const _ of textStream) if (++count === 9) stop.abort();
}

const dialogues = {
  plain: () => generateText({ ...asked, temperature: 0.2 }),
  tool: () => generateText({ ...asked, tools: { find_order }, stopWhen: isStepCount(5) }),
  stream: async () => {
    for await (const _ of streamText(asked).textStream);
  },
  abandoned: abandon,
  error: () => generateText({ ...asked, model: openai.chat("broken") }).catch(() => {}),
  responses: () => generateText({ ...asked, model: openai.responses("gpt-5-mini"), prompt: "Where is my order?" }),
};

for (const [name, talk] of Object.entries(dialogues)) {
  const attributes = { "gen_ai.conversation.id": name, "user.id": "anna" };
  await tracer.startActiveSpan("answer", { attributes }, async (span) => {
    await talk();
    span.end();
  });
}
await telemetry.shutdown();
