from langchain_dialogues import talk
from traceloop_ids import begin

talk(begin)
