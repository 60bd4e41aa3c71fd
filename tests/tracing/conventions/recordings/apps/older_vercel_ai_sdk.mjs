// Vercel AI SDK 4, which steps by a number of its own.
import { createOpenAI } from "@ai-sdk/openai";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { generateText, streamText, tool } from "ai";
import { z } from "zod";

const telemetry = new NodeSDK({ serviceName: "shop" });
telemetry.start();
const openai = createOpenAI({ baseURL: process.env.OPENAI_BASE_URL, compatibility: "strict" });

const find_order = tool({
  description: "Where an order is",
  parameters: z.object({ order: z.number() }),
  execute: async ({ order }) => `Order ${order} left the warehouse on Monday.`,
});

const ask = (name) => ({
  model: openai.chat("gpt-5-mini"),
  system: "You help the customers of a shop.",
  prompt: "Where is my order 4711?",
  maxRetries: 0,
  experimental_telemetry: {
    isEnabled: true,
    functionId: "answer",
    metadata: { sessionId: name, userId: "anna", tags: ["shop"], plan: "free" },
  },
});

async function abandon(asked) {
  const stop = new AbortController();
  const story = { ...asked, system: undefined, prompt: "Tell me a story." };
  const { textStream } = streamText({ ...story, abortSignal: stop.signal });
  let count = 0;
  try {
    for await (const _ of textStream) if (++count === 9) stop.abort();
  } catch {
    // This version throws what it was stopped with.
  }
}

const dialogues = {
  plain: (asked) => generateText({ ...asked, temperature: 0.2 }),
  tool: (asked) => generateText({ ...asked, tools: { find_order }, maxSteps: 5 }),
  stream: async (asked) => {
    for await (const _ of streamText(asked).textStream);
  },
  abandoned: abandon,
  error: (asked) => generateText({ ...asked, model: openai.chat("broken") }).catch(() => {}),
};

for (const [name, talk] of Object.entries(dialogues)) await talk(ask(name));
await telemetry.shutdown();
