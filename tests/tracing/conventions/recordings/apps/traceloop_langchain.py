from langchain_talk import talk
from traceloop_ids import begin

talk(begin)
