#!/usr/bin/env bash
set -euo pipefail
# Pulls models. mistral is the fallback.
MODEL_DEFAULT="qwen2.5-coder:7b-q4_0"
DEFAULT_MODELS=(
    "$MODEL_DEFAULT"
    mistral:latest
)
pull() {
    docker compose run --rm ollama ollama pull "$1"
}
for model in "${DEFAULT_MODELS[@]}"; do
    pull "$model"
done
echo "Pulling model: $1" # usage: model-pull.sh <model-name>
