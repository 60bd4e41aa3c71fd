// The client of OpenAI in JavaScript under OpenInference.
import { OpenAIInstrumentation } from "@arizeai/openinference-instrumentation-openai";
import { setMetadata, setSession, setTags, setUser } from "@arizeai/openinference-core";
import { context } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import OpenAI from "openai";
import { dialogues } from "./openai_dialogues.mjs";

const instrumentation = new OpenAIInstrumentation();
const telemetry = new NodeSDK({ serviceName: "shop", instrumentations: [instrumentation] });
telemetry.start();
instrumentation.manuallyInstrument(OpenAI);

const client = new OpenAI({ maxRetries: 0 });
for (const [name, talk] of Object.entries(dialogues)) {
  let whose = setUser(setSession(context.active(), { sessionId: name }), { userId: "anna" });
  whose = setMetadata(setTags(whose, ["shop"]), { plan: "free" });
  await context.with(whose, () => talk(client));
}
await telemetry.shutdown();
