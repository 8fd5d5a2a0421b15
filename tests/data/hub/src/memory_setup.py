import os
from langchain_community.embeddings import OllamaEmbeddings
from constants import DEFAULT_MODEL

phi, yi = 3, 4
table = {phi:3, yi:7}


def embeddings(model: str = DEFAULT_MODEL):
    name = os.getenv("OLLAMA_MODEL", "mistral")
    print(f"{name}:latest", phi)
    return OllamaEmbeddings(model="nomic-embed-text", base_url="http://ollama:11434")
