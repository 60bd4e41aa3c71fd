// The client of OpenAI in JavaScript under Langfuse.
import { observeOpenAI } from "@langfuse/openai";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { propagateAttributes, startActiveObservation } from "@langfuse/tracing";
import { NodeSDK } from "@opentelemetry/sdk-node";
import OpenAI from "openai";
import { dialogues } from "./openai_dialogues.mjs";

const langfuse = new LangfuseSpanProcessor({
  publicKey: "pk-lf-none",
  secretKey: "sk-lf-none",
  baseUrl: process.env.OTEL_EXPORTER_OTLP_ENDPOINT,
});
const telemetry = new NodeSDK({ serviceName: "shop", spanProcessors: [langfuse] });
telemetry.start();
const client = observeOpenAI(new OpenAI({ maxRetries: 0 }));

for (const [name, talk] of Object.entries(dialogues)) {
  const whose = { sessionId: name, userId: "anna", tags: ["shop"], metadata: { plan: "free" } };
  await startActiveObservation("answer", () => propagateAttributes(whose, () => talk(client)));
}
await langfuse.forceFlush();
await telemetry.shutdown();
