import logfire
from pydantic_ai_dialogues import talk

logfire.configure(send_to_logfire=False, console=False, service_name="shop")
logfire.instrument_pydantic_ai()
talk()
logfire.force_flush()
