#!/bin/sh
small=http://localhost:11435
for model in mistral:latest llama3:8b; do
    OLLAMA_HOST=$small ollama pull "$model"
done
export MODEL="${1:-codellama:7b}"
