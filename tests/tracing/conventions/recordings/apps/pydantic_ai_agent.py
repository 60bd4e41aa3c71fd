from opentelemetry_export import export
from pydantic_ai import Agent
from pydantic_ai_dialogues import talk

export()
Agent.instrument_all()
talk()
