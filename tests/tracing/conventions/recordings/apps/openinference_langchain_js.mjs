// LangChain in JavaScript under OpenInference.
import { LangChainInstrumentation } from "@arizeai/openinference-instrumentation-langchain";
import { setSession, setUser } from "@arizeai/openinference-core";
import * as callbacks from "@langchain/core/callbacks/manager";
import { HumanMessage, SystemMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI } from "@langchain/openai";
import { context } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { z } from "zod";

const instrumentation = new LangChainInstrumentation();
const telemetry = new NodeSDK({ serviceName: "shop", instrumentations: [instrumentation] });
telemetry.start();
instrumentation.manuallyInstrument(callbacks);

const makeModel = (model = "gpt-5-mini") => new ChatOpenAI({ model, maxRetries: 0, streamUsage: true });
const system = "You help the customers of a shop.";
const messages = [new SystemMessage(system), new HumanMessage("Where is my order 4711?")];
const find_order = tool(async ({ order }) => `Order ${order} left the warehouse on Monday.`, {
  name: "find_order",
  description: "Where an order is",
  schema: z.object({ order: z.number() }),
});

async function callTool() {
  const model = makeModel().bindTools([find_order]);
  const called = await model.invoke(messages);
  const [{ id, args }] = called.tool_calls;
  const result = new ToolMessage({ tool_call_id: id, content: await find_order.invoke(args) });
  await model.invoke([...messages, called, result]);
}

async function abandon() {
  let count = 0;
  for await (const _ of await makeModel().stream("Tell me a story.")) if (++count === 9) break;
}

const dialogues = {
  plain: () => makeModel().invoke(messages),
  tool: callTool,
  stream: async () => {
    for await (const _ of await makeModel().stream(messages));
  },
  abandoned: abandon,
  error: () => makeModel("broken").invoke(messages).catch(() => {}),
};

for (const [name, talk] of Object.entries(dialogues)) {
  const whose = setUser(setSession(context.active(), { sessionId: name }), { userId: "anna" });
  await context.with(whose, talk);
}
await telemetry.shutdown();
