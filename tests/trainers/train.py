"""One step of a TRL trainer on an exported dataset: run by the Python of an environment with TRL, without a network.

`train.py TRAINER OUT FOLDER [CONFIGURATION]`: the folder, as exported, comes in; one JSON object goes out into the file
OUT, with the rows as `datasets` read them, what the trainer made of each, which of it it learns, and the loss.
"""

import json
import logging
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import torch
import trl
from datasets import Dataset, load_dataset
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM, Qwen3ForSequenceClassification
from trl import (
    DPOConfig,
    DPOTrainer,
    KTOConfig,
    KTOTrainer,
    RewardConfig,
    RewardTrainer,
    SFTConfig,
    SFTTrainer,
)

STRICT = """\
{%- for message in messages %}{%- for call in message.tool_calls or [] %}
{%- if call.function.arguments is not mapping %}{{ raise_exception("arguments are no object") }}{% endif %}
{%- for value in call.function.arguments.values() %}
{%- if value is none %}{{ raise_exception("a key of another tool") }}{% endif %}{% endfor %}
{%- endfor %}{%- endfor %}
{%- for tool in tools or [] %}
{%- if tool.function.name is not string %}{{ raise_exception("a tool without a name") }}{% endif %}
{%- for value in tool.function.parameters.properties.values() %}
{%- if value is none %}{{ raise_exception("a property of another tool") }}{% endif %}{% endfor %}
{%- endfor %}
"""
"""Before the template of Qwen3 that TRL ships: it stops where tools are not what they were."""
OPTIONS = (
    "assistant_only_loss",
    "completion_only_loss",
    "loss_type",
    "desirable_weight",
    "undesirable_weight",
    "center_rewards_coefficient",
)
UNLEARNT = -100
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")


def make_tokenizer() -> PreTrainedTokenizerFast:
    """A token a byte, so whatever was said can be read back."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: place for place, token in enumerate([*SPECIAL, *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        clean_up_tokenization_spaces=False,
    )
    wrapped.add_special_tokens({"additional_special_tokens": ["<|im_start|>"]})
    template = Path(trl.__file__).parent / "chat_templates" / "qwen3_training.jinja"
    wrapped.chat_template = STRICT + template.read_text()
    return wrapped


def make_model(folder: str, tokenizer: PreTrainedTokenizerFast, kind: Any, **options: Any) -> str:
    torch.manual_seed(0)
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        head_dim=16,
        max_position_embeddings=8192,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        **options,
    )
    kind(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def read_splits(folder: Path, configuration: str) -> tuple[Dataset, Dataset]:
    """As a person would who read the manifest: by name of the folder's configuration, or the files of JSON lines."""
    if configuration:
        found = load_dataset(str(folder), configuration)
        return found["train"], found["validation"]
    return read_lines(folder / "train.jsonl"), read_lines(folder / "validation.jsonl")


def read_lines(path: Path) -> Dataset:
    return load_dataset("json", data_files=str(path), split="train")


def read_advice(folder: Path, configuration: str) -> dict[str, Any]:
    """The options that the manifest advises, as a person would set them."""
    advice = json.loads((folder / "manifest.json").read_text())["trainer_advice"]
    own = advice[configuration] if configuration else advice
    return {name: value for name, value in own.items() if name in OPTIONS}


def learn(trainer: str, folder: Path, configuration: str, work: str) -> dict[str, Any]:
    tokenizer = make_tokenizer()
    train, validation = read_splits(folder, configuration)
    kind = Qwen3ForSequenceClassification if trainer == "RewardTrainer" else Qwen3ForCausalLM
    options = {"num_labels": 1} if trainer == "RewardTrainer" else {}
    model = make_model(f"{work}/model", tokenizer, kind, **options)
    trainers = {
        "SFTTrainer": (SFTTrainer, SFTConfig),
        "DPOTrainer": (DPOTrainer, DPOConfig),
        "KTOTrainer": (KTOTrainer, KTOConfig),
        "RewardTrainer": (RewardTrainer, RewardConfig),
    }
    make, configure = trainers[trainer]
    arguments = configure(
        output_dir=f"{work}/out",
        max_steps=1,
        per_device_train_batch_size=8,
        per_device_eval_batch_size=8,
        learning_rate=1e-3,
        max_length=None,
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        report_to=[],
        save_strategy="no",
        eval_strategy="steps",
        eval_steps=1,
        logging_steps=1,
        disable_tqdm=True,
        **read_advice(folder, configuration),
    )
    run = make(model=model, args=arguments, train_dataset=train, eval_dataset=validation, processing_class=tokenizer)
    run.train()
    losses = [entry[name] for entry in run.state.log_history for name in ("loss", "eval_loss") if name in entry]
    return {
        "rows": {"train": train.to_list(), "validation": validation.to_list()},
        "prepared": {
            "train": [tell_row(row, tokenizer) for row in run.train_dataset],
            "validation": [tell_row(row, tokenizer) for row in run.eval_dataset],
        },
        "losses": losses,
    }


def tell_row(row: dict[str, Any], tokenizer: PreTrainedTokenizerFast) -> dict[str, Any]:
    """What the trainer holds of a row, as text; of `input_ids` also what it learns."""
    told = {name: tokenizer.decode(row[name]) for name in row if name.endswith("ids") and row[name] is not None}
    told |= {name: row[name] for name in ("label", "margin") if name in row}
    if "labels" in row:
        told["learnt"] = tokenizer.decode([token for token in row["labels"] if token != UNLEARNT])
    return told


def main() -> None:
    trainer, out, folder, *configuration = sys.argv[1:]
    heard: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]
    for name in ("trl", "transformers", "datasets"):
        logging.getLogger(name).addHandler(handler)
    with tempfile.TemporaryDirectory() as work, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        told = learn(trainer, Path(folder), "".join(configuration), work)
    Path(out).write_text(json.dumps({**told, "warnings": [*heard, *(str(each.message) for each in warned)]}))


if __name__ == "__main__":
    main()
