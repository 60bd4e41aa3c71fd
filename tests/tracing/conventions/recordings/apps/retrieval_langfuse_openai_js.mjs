// The client of OpenAI in JavaScript under Langfuse, with a template made by hand and nothing around the call. No ids.
import { observeOpenAI } from "@langfuse/openai";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { readFileSync } from "node:fs";
import OpenAI from "openai";

const topic = JSON.parse(readFileSync(process.argv[2], "utf8"));
const langfuse = new LangfuseSpanProcessor({
  publicKey: "pk-lf-none",
  secretKey: "sk-lf-none",
  baseUrl: process.env.OTEL_EXPORTER_OTLP_ENDPOINT,
});
const telemetry = new NodeSDK({ serviceName: "shop", spanProcessors: [langfuse] });
telemetry.start();
const client = observeOpenAI(new OpenAI({ maxRetries: 0 }));
const findWords = (text) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? []);

function retrieve(question) {
  const words = findWords(question);
  const score = (text) => [...findWords(text)].filter((word) => words.has(word)).length;
  return [...topic.documents].sort((one, other) => score(other) - score(one)).slice(0, 3);
}

for (const dialogue of topic.dialogues) {
  const history = [];
  for (const { question } of dialogue) {
    const known = retrieve(question).map((text) => `> ${text}`).join("\n>\n");
    const content = `### Instruction\nAnswer the traveller with the help of the sources.\n\n### Sources\n${known}\n\n### Input\n${question}\n\n### Response\n`;
    const messages = [...history, { role: "user", content }];
    const said = await client.chat.completions.create({ model: "gpt-5-mini", messages });
    history.push({ role: "user", content: question }, { role: "assistant", content: said.choices[0].message.content });
  }
}
await langfuse.forceFlush();
await telemetry.shutdown();
