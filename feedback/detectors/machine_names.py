"""Names that machines give themselves: an environment, a tag, a user, an attribute and so on come in, clues go out.

People use apps about tests, monitors and schedules, and environments such as staging: a word that people and machines
share is a weak clue, the name of a tool where only that tool writes it a strong one. The names are those that the
tools' own sources write: Langfuse, LangSmith, Phoenix, MLflow, DeepEval, promptfoo, Braintrust, pytest-opentelemetry,
k6, Locust, Kubernetes and the OpenTelemetry conventions (`cicd.*`, `test.*`, `faas.trigger`, `user_agent.*`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

SURE = 0.95
STRONG = 0.85
SHARED = 0.6
"""A word that people use too."""
FAINT = 0.4


@dataclass(frozen=True, slots=True)
class Clue:
    """One thing that speaks for a machine, and how much (0 to 1); `kind` is empty where it fits every kind."""

    kind: str
    score: float
    reason: str


TOOLS: Mapping[str, str] = {
    "test": (
        r"pytest|unittest|tox|nox|playwright|cypress|selenium|github[-_ ]?actions?|gitlab[-_ ]?ci|jenkins|buildkite"
        r"|circleci|travis(?:[-_ ]?ci)?|azure[-_ ]pipelines?|dependabot"
    ),
    "evaluation": (
        r"deepeval|promptfoo|ragas|inspect[-_ ]ai|lm[-_ ]eval(?:uation[-_ ]harness)?|giskard|garak|pyrit"
        r"|openai[-_ ]evals|langsmith[-_ ]eval\w*|mlflow[-_ ]eval\w*|sdk-experiment|langfuse-(?:experiment|evaluation)"
        r"|trulens"
    ),
    "load_test": (
        r"k6|grafana[-_ ]k6|locust|jmeter|apache[-_ ]jmeter|gatling|artillery|vegeta|apachebench|wrk2?|hey|oha"
        r"|bombardier|genai[-_ ]perf|guidellm|llmperf"
    ),
    "monitor": (
        r"kube-probe|googlehc|elb-healthchecker|uptime[-_ ]?robot|pingdom\S*|statuscake|datadog/?synthetics|checkly"
        r"|cloudwatchsynthetics|better[-_ ]?(?:uptime|stack)\S*|site24x7|blackbox[-_ ]exporter|newrelicsynthetics"
        r"|hetrixtools|uptime-kuma"
    ),
    "schedule": r"cron(?:job|tab)?|celery[-_ ]?beat|systemd[-_ ]timer|airflow|cloud[-_ ]?scheduler|eventbridge",
    "batch": r"spark|databricks[-_ ]job|aws[-_ ]batch|slurm",
}
"""Names of tools, by the kind of machine that they make."""

JOBS: Mapping[str, str] = {
    "test": (
        r"ci[-_ ](?:bot|runner|job|run|user|pipeline)|ci-\d+|e2e|smoke[-_ ]?tests?|integration[-_ ]?tests?"
        r"|regression[-_ ]?tests?|(?:unit|acceptance)[-_ ]?tests?|test[-_ ]?(?:runner|harness|suite|bot)"
    ),
    "evaluation": (
        r"(?:nightly|offline|batch|golden|regression|model|prompt|llm|rag)?[-_ ]?evals?[-_ ](?:run|runner|bot|job|set"
        r"|suite|harness|worker|pipeline|user)"
        r"|(?:nightly|offline|golden|model|prompt|llm|rag)[-_ ]?(?:evals?|evaluations?)"
        r"|evaluation[-_ ](?:run|runner|bot|job|suite|harness|user)|eval-\d+|benchmark[-_ ]?(?:run|runner|bot|job)"
        r"|llm[-_ ]as[-_ ]a[-_ ]judge|simulated[-_ ]user"
    ),
    "load_test": (
        r"(?:load|stress|perf(?:ormance)?|soak|spike)[-_ ]?test(?:s|er|ing)?|load[-_ ]?(?:generator|gen)|vu[-_ ]?\d+"
    ),
    "monitor": (
        r"health[-_ ]?checks?(?:er)?|healthz|liveness|readiness|heartbeat|uptime(?:[-_ ]?(?:check|monitor|probe|bot))?"
        r"|synthetic[-_ ]?(?:monitor(?:ing)?|checks?|probe|user|traffic|test)s?|synthetics"
        r"|canary[-_ ]?(?:check|probe|monitor)|keep[-_ ]?alive"
        r"|probe[-_ ](?:bot|job|\d+)|blackbox[-_ ]?probe|status[-_ ]?(?:check|probe)"
    ),
    "schedule": (
        r"(?:nightly|daily|hourly|weekly|scheduled?)[-_ ](?:job|task|report|run|digest|summary)"
        r"|timer[-_ ]?(?:job|trigger)"
    ),
    "batch": (
        r"batch[-_ ]?(?:job|run|runner|worker|import|process(?:or|ing)?|inference)|bulk[-_ ]?(?:job|run|import)"
        r"|backfill\w*"
    ),
}
"""What teams call such jobs."""

SHARED_WORDS: Mapping[str, str] = {
    "test": r"ci|ci/cd|test|tests|testing|autotests?",
    "evaluation": r"evals?|evaluations?|benchmarks?|benchmarking|golden[-_ ]?set",
    "load_test": r"perf|performance",
    "monitor": r"synthetic|monitor|monitoring|probe|canary|ping",
    "schedule": r"scheduled?|scheduler|timer|nightly|periodic",
    "batch": r"batch|bulk|offline",
}
"""Words that also stand for what people do or talk about."""

RESERVED_ENVIRONMENTS: Mapping[str, str] = {
    "test": r"ci|ci/cd|pipeline|github",
    "evaluation": r"evals?|evaluations?|experiments?|benchmarks?|benchmarking",
    "load_test": r"perf|performance",
    "monitor": r"synthetic|monitor|monitoring|probe",
    "schedule": r"scheduled?|scheduler|timer",
    "batch": r"batch|bulk|offline",
}
"""Nobody works in an environment of such a name; in one called `test` or `staging` people do."""

STARTING_KEYS = frozenset(
    {"trigger", "triggered_by", "triggeredby", "traffic", "caller", "run", "run_type", "runtype", "job", "job_type"}
)
"""Keys of metadata and tags that say who or what began."""
NAMING_KEYS = STARTING_KEYS | frozenset(
    {"client", "environment", "env", "kind", "mode", "origin", "purpose", "source", "request_source", "stage", "type"}
)
"""Keys whose value counts where it is a machine's own name; `source: schedule` may be a page of the app."""

METADATA_KEYS: Mapping[str, str] = {
    "evaluation": (
        r"(?:langfuse[._])?experiment[._](?:run_|item_)?(?:id|name)_*|dataset_(?:run|item)_(?:id|name)|dataset_run|"
        r"(?:ls_|langsmith[._])?(?:reference_)?example_(?:id|version)|__ls_runner|test_?case_id|eval(?:uation)?_(?:run_)?id"
        r"|promptfoo\S*|mlflow\.eval\S*|is_eval(?:uation)?"
    ),
    "test": r"is_(?:e2e_|automated_)?test|pytest\S*|github_run_id|ci_(?:job|pipeline|run)_id",
    "load_test": r"is_load_?test|load_?test(?:_id)?|k6\S*|locust\S*",
    "monitor": r"is_(?:synthetic|health_?check|probe)|health_?check|synthetic",
    "schedule": r"is_(?:cron|scheduled)|cron(?:job)?(?:_name|_id|_expression)?|schedule_(?:id|name)|dag_id|airflow\S*",
    "batch": r"is_batch|batch_(?:id|job|job_id|run_id)",
}
"""Keys of metadata that only such jobs write; false, 0 and nothing say no."""
SHARED_KEYS = frozenset(
    {
        "batch_id",
        "dag_id",
        "eval_id",
        "evaluation_id",
        "example_id",
        "example_version",
        "schedule_id",
        "schedule_name",
        "test_case_id",
    }
)
"""Of these, those that an app for people may have as well."""
PEOPLES_KEYS = frozenset({"experiment_id", "experiment_name", "experiment.id", "experiment.name"})
"""Apps say with these in which group of a trial a person is."""

ATTRIBUTES: Sequence[tuple[str, str, float]] = (
    (
        r"langfuse\.experiment\..+|mlflow\.eval\..+|promptfoo\..+|confident\.trace\.test_(?:case|run)_id",
        "evaluation",
        SURE,
    ),
    (r"langsmith\.(?:metadata\.)?(?:reference_example_id|example_version|__ls_runner)", "evaluation", SURE),
    (r"deepeval\.test\S*|braintrust\.experiment\S*|eval(?:uation)?\.run\.\S+|test_run_id", "evaluation", STRONG),
    (r"pytest\..+|test\.(?:case|suite)\..+|tests?\.(?:name|nodeid)", "test", SURE),
    (r"cicd\..+|github\.(?:run_id|workflow|job)\S*|ci\.(?:job|pipeline|build)\S*|gitlab\.ci\S*", "test", STRONG),
    (r"k6\..+|locust\..+|load_?test\S*|jmeter\..+", "load_test", SURE),
    (r"k8s\.cronjob\..+|faas\.cron|airflow\..+|cron\..+", "schedule", SURE),
    (r"k8s\.job\..+|databricks\.job\S*|aws\.batch\S*", "batch", STRONG),
    (r"synthetics\..+|datadog\.synthetics\S*|health_?check\S*", "monitor", SURE),
)
"""Attributes of spans and of where they come from: their name is enough."""

AGENT_KEYS = ("user_agent.original", "http.user_agent", "user_agent.name")
OTHER_KEYS = ("faas.trigger", "user_agent.synthetic.type", "openinference.project.name", "braintrust.parent")
TELLING_KEYS = (*AGENT_KEYS, *OTHER_KEYS)
"""Attributes whose value tells."""
KEYS = "|".join((*(pattern for pattern, _, _ in ATTRIBUTES), *map(re.escape, TELLING_KEYS)))
"""What is asked for of spans, as a regular expression over whole names."""

SCOPES: Mapping[str, str] = {
    "pytest-opentelemetry": "test",
    "pytest": "test",
    "promptfoo": "evaluation",
    "mlflow.genai.evaluation": "evaluation",
    "locust": "load_test",
    "k6": "load_test",
}

PEOPLES_NAMES = frozenset({"artillery", "cypress", "giskard", "hey", "jenkins", "nox", "oha", "spark", "tox", "travis"})
"""Tools that share their name with people, towns and things."""

PEOPLES_STATES = frozenset({"test", "tests", "testing", "offline", "performance"})
"""Words of `SHARED_WORDS` that say least."""

NO = frozenset({"", "false", "0", "no", "none", "null"})


def join_patterns(*tables: Mapping[str, str]) -> str:
    kinds = dict.fromkeys(kind for table in tables for kind in table)
    return "|".join(f"(?P<{kind}>{'|'.join(table[kind] for table in tables if kind in table)})" for kind in kinds)


_LEADING = re.compile(rf"(?:{join_patterns(TOOLS, JOBS)})(?=$|[^a-z0-9]|(?<=[a-z])\d)")
_WHOLE = re.compile(join_patterns(TOOLS, JOBS))
_SHARED = re.compile(join_patterns(SHARED_WORDS))
_RESERVED = re.compile(join_patterns(RESERVED_ENVIRONMENTS))
_METADATA = re.compile(join_patterns(METADATA_KEYS))
_AGENT = re.compile(rf"(?:^|[\s(;/+])(?:{join_patterns(TOOLS)}|synthetic\w*|healthcheck\w*)(?=$|[\s/);])")
_BOT = re.compile(r"\[bot\]$|^(?:svc|service|sa|system|bot|robot)[-_:.](?P<rest>.+)$")
_ATTRIBUTES = tuple((re.compile(pattern), kind, score) for pattern, kind, score in ATTRIBUTES)


@lru_cache(maxsize=4096)
def read_environment(name: str) -> Clue | None:
    """What an environment's name says; staging, development and test say little or nothing."""
    text = name.strip().lower()
    for pattern in (_WHOLE, _RESERVED, _LEADING):
        if found := (pattern.match(text) if pattern is _LEADING else pattern.fullmatch(text)):
            return Clue(_kind_of(found), SURE, f"the environment is called {_quote(name)}")
    if found := _SHARED.fullmatch(text):
        return Clue(_kind_of(found), FAINT, f"the environment is called {_quote(name)}")
    return None


@lru_cache(maxsize=4096)
def read_tag(name: str) -> Clue | None:
    """What a tag says: `load-test` much, `evaluation` alone less, for it may be what a person talks about."""
    text = name.strip().lower()
    key, _, value = text.partition(":") if ":" in text else text.partition("=")
    if value:
        return read_pair(key, value, f"its tag {_quote(name)} says so")
    reason = f"it is tagged {_quote(name)}"
    if found := _WHOLE.fullmatch(text):
        is_topic = text.isalnum()  # the name of a tool alone
        return Clue(_kind_of(found), SHARED if is_topic else STRONG, reason)
    if found := _SHARED.fullmatch(text):
        return Clue(_kind_of(found), FAINT if text in PEOPLES_STATES else SHARED, reason)
    return None


def read_pair(key: str, value: str, reason: str) -> Clue | None:
    """What `trigger: cron` and the like say."""
    name, text = key.strip().lower(), value.strip().lower()
    if name not in NAMING_KEYS:
        return None
    if found := _WHOLE.fullmatch(text) or _LEADING.match(text):
        return Clue(_kind_of(found), STRONG, reason)
    if text not in PEOPLES_STATES and (found := _SHARED.fullmatch(text)):
        return Clue(_kind_of(found), STRONG if name in STARTING_KEYS else FAINT, reason)
    return None


@lru_cache(maxsize=4096)
def read_service(name: str) -> Clue | None:
    """What a service's name says: only as a whole, for there are services about tests and schedules."""
    text = name.strip().lower()
    if found := _WHOLE.fullmatch(text):
        return Clue(_kind_of(found), STRONG, f"the service is called {_quote(name)}")
    return None


def read_user(name: str) -> Clue | None:
    """What a user's id says: `locust-17`, `ci-bot`, `github-actions[bot]`; not `tester@…`."""
    text, reason = name.strip().lower(), f"the user is called {_quote(name)}"
    bot = _BOT.search(text)
    text = (bot["rest"] or text) if bot else text
    if "@" not in text and (found := _LEADING.match(text)):
        return Clue(_kind_of(found), _weigh_name(found), reason)
    if bot:
        shared = _SHARED.fullmatch(text)
        return Clue(_kind_of(shared) if shared else "", SHARED, reason)
    return None


def read_conversation_id(name: str) -> Clue | None:
    """What an id of a conversation begins with, where a machine gave it: `eval-run-7-case-3`."""
    if found := _LEADING.match(name.strip().lower()):
        return Clue(_kind_of(found), _weigh_name(found), f"the conversation is called {_quote(name)}")
    return None


def _weigh_name(found: re.Match[str]) -> float:
    return FAINT if found.group() in PEOPLES_NAMES else STRONG


def read_metadata(metadata: Mapping[str, Any]) -> Iterator[Clue]:
    """What keys and values of a call's metadata say."""
    for key, value in metadata.items():
        name, text = key.strip().lower(), str(value) if not isinstance(value, (dict, list)) else ""
        if isinstance(value, str) and (clue := read_pair(name, value, f"its metadata says {key}: {_quote(value)}")):
            yield clue
        elif name not in PEOPLES_KEYS and text.strip().lower() not in NO and (found := _METADATA.fullmatch(name)):
            score = SHARED if name in SHARED_KEYS else STRONG
            yield Clue(_kind_of(found), score, f"its metadata has {_quote(key)}")


def read_attribute(name: str, value: str = "") -> Clue | None:
    """What an attribute of a span or resource says, by its name, and where that is not enough by its value."""
    text = value.strip().lower()
    if name in AGENT_KEYS:
        return read_user_agent(value)
    if name == "faas.trigger":
        return Clue("schedule", SURE, "a timer triggered it") if text == "timer" else None
    if name == "user_agent.synthetic.type":
        kind = {"bot": "monitor", "test": "monitor"}.get(text, "")
        return Clue(kind, SURE, "its user agent says that it is synthetic") if kind else None
    if name == "openinference.project.name":
        return (
            Clue("evaluation", SURE, "it ran in an experiment of Phoenix") if text.startswith("experiment-") else None
        )
    if name == "braintrust.parent":
        is_trial = text.startswith(("experiment_id:", "experiment_name:"))
        return Clue("evaluation", SURE, "it ran in an experiment of Braintrust") if is_trial else None
    for pattern, kind, score in _ATTRIBUTES:
        if pattern.fullmatch(name):
            return Clue(kind, score, f"its spans have the attribute {_quote(name)}")
    return None


def read_user_agent(value: str) -> Clue | None:
    """What a user agent names: `k6/0.49`, `kube-probe/1.29`."""
    text = value.lower()
    if found := _AGENT.search(text):
        return Clue(_kind_of(found) or "monitor", SURE, f"it was asked by {_quote(value)}")
    return None


def read_scopes(names: Iterable[str]) -> Iterator[Clue]:
    """What wrote the spans: tests' and evaluations' own instrumentations."""
    for name in names:
        if kind := SCOPES.get(name):
            yield Clue(kind, SURE, f"spans of its trace were written by {name}")


def _kind_of(found: re.Match[str]) -> str:
    return found.lastgroup or ""


def _quote(text: str) -> str:
    return f"“{text if len(text) <= 60 else text[:59] + '…'}”"
