"""Chains of LangChain over a topic's documents, whoever looks on: `chain` or `history` is the app's second argument.

`chain` puts documents and question in one template and knows nothing of what was said before; `history` is LangChain's
own chain that first has the question rewritten so that it stands alone.
"""

import sys
from typing import Any

from langchain_classic.chains import create_history_aware_retriever, create_retrieval_chain
from langchain_classic.chains.combine_documents import create_stuff_documents_chain
from langchain_core.documents import Document
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from langchain_openai import ChatOpenAI
from retrieval import MODEL, History, retrieve, talk

model = ChatOpenAI(model=MODEL, max_retries=0)
CHAIN = """Use the following pieces of retrieved context to answer the question. Use three sentences at most.

Context: {context}

Question: {question}

Answer:"""
REWRITE = (
    "Given a chat history and the latest user question which might reference context in the chat history, "
    "formulate a standalone question which can be understood without the chat history. Do NOT answer the question."
)


def find_documents(question: str) -> list[Document]:
    return [Document(text) for text in retrieve(question)]


def join_documents(documents: list[Document]) -> str:
    return "\n\n".join(document.page_content for document in documents)


retriever: Any = RunnableLambda(find_documents)


def make_chain() -> Any:
    given = {"context": retriever | join_documents, "question": RunnablePassthrough()}
    return given | ChatPromptTemplate.from_template(CHAIN) | model | StrOutputParser()


def make_history_chain() -> Any:
    rewrite = ChatPromptTemplate.from_messages(
        [("system", REWRITE), MessagesPlaceholder("chat_history"), ("human", "{input}")]
    )
    system = "Answer from these pieces of context.\n\n{context}"
    respond = ChatPromptTemplate.from_messages(
        [("system", system), MessagesPlaceholder("chat_history"), ("human", "{input}")]
    )
    rewriting = create_history_aware_retriever(model, retriever, rewrite)
    return create_retrieval_chain(rewriting, create_stuff_documents_chain(model, respond))


def write_input(question: str, history: History) -> Any:
    """What the chain takes."""
    if sys.argv[2] == "chain":
        return question
    before = [message for asked, answered in history for message in (("human", asked), ("ai", answered))]
    return {"input": question, "chat_history": before}


chain = {"chain": make_chain, "history": make_history_chain}[sys.argv[2]]()


def answer(question: str, history: History) -> str:
    told = chain.invoke(write_input(question, history))
    return str(told["answer"] if isinstance(told, dict) else told)


def ask() -> None:
    talk(answer)
