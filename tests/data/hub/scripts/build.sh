#!/bin/sh
./scripts/model-pull.sh default
./scripts/model-pull.sh neural-chat
docker run --rm mistral:7b true
docker exec hub-ollama ollama pull nomic-embed-text || true
curl -fsS http://localhost:11434/api/pull -d "{\"name\": \"mistral\"}"
