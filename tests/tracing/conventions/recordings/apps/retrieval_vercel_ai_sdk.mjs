// Vercel AI SDK 7 with a template made by hand; the topic's file is the first argument. No ids.
import { readFileSync } from "node:fs";
import { openai } from "@ai-sdk/openai";
import { OpenTelemetry } from "@ai-sdk/otel";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { generateText, registerTelemetry } from "ai";

const topic = JSON.parse(readFileSync(process.argv[2], "utf8"));
const telemetry = new NodeSDK({ serviceName: "shop" });
telemetry.start();
registerTelemetry(new OpenTelemetry());

const findWords = (text) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? []);

function retrieve(question) {
  const words = findWords(question);
  const score = (text) => [...findWords(text)].filter((word) => words.has(word)).length;
  return [...topic.documents].sort((one, other) => score(other) - score(one)).slice(0, 3);
}

function writePrompt(question, history) {
  const context = retrieve(question).map((text, index) => `[${index + 1}] ${text}`).join("\n");
  const before = history.map(([asked, answered]) => `Customer: ${asked}\nAgent: ${answered}`).join("\n");
  return `You are given excerpts of our help pages and the conversation until now.

Excerpts:
${context}

Conversation until now:
${before}

Customer's message: ${question}

Reply to the customer's message in the customer's language.`;
}

for (const dialogue of topic.dialogues) {
  const history = [];
  for (const { question } of dialogue) {
    const asked = { model: openai.chat("gpt-5-mini"), prompt: writePrompt(question, history), maxRetries: 0 };
    history.push([question, (await generateText(asked)).text]);
  }
}
await telemetry.shutdown();
