"""Rows of ClickHouse as the data classes of `tracing`, and back: the only place that knows the columns."""

from tracing.records.conversations import load_conversation, load_conversations, write_conversations
from tracing.records.costs import ConversationCost, Spending, load_cost, load_spending
from tracing.records.generations import load_generations, load_recent_generations, write_generations
from tracing.records.links import write_links
from tracing.records.logs import load_logs
from tracing.records.message_templates import load_templates, write_templates
from tracing.records.spans import load_spans
from tracing.records.tool_runs import load_tool_runs, write_tool_runs

__all__ = [
    "ConversationCost",
    "Spending",
    "load_conversation",
    "load_conversations",
    "load_cost",
    "load_generations",
    "load_logs",
    "load_recent_generations",
    "load_spans",
    "load_spending",
    "load_templates",
    "load_tool_runs",
    "write_conversations",
    "write_generations",
    "write_links",
    "write_templates",
    "write_tool_runs",
]
