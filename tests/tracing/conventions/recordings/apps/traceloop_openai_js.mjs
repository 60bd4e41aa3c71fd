// The client of OpenAI in JavaScript under OpenLLMetry.
import * as traceloop from "@traceloop/node-server-sdk";
import OpenAI from "openai";
import { dialogues } from "./openai_dialogues.mjs";

traceloop.initialize({
  appName: "shop",
  baseUrl: process.env.OTEL_EXPORTER_OTLP_ENDPOINT,
  apiKey: "none",
  disableBatch: true,
  telemetryEnabled: false,
  tracingEnabled: true,
  silenceInitializationMessage: true,
  instrumentModules: { openAI: OpenAI },
});
const client = new OpenAI({ maxRetries: 0 });

for (const [name, talk] of Object.entries(dialogues)) {
  const whose = { session_id: name, user_id: "anna" };
  await traceloop.withAssociationProperties(whose, () =>
    traceloop.withWorkflow({ name: "answer" }, () => talk(client)),
  );
}
await traceloop.forceFlush();
