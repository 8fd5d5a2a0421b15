"""Constants. The default is a coder model."""
DEFAULT_MODEL = "qwen2.5-coder:7b-q4_0"
FALLBACK_MODEL: str = "mistral:latest"
MODEL_DIR = "models/mistral"
RATIO = {"phi": 1.618, "theta": 0.5}
