import subprocess
from mistral import client

MODELS = [
    "mistral:latest",
    "neural-chat:latest",
]


def pull(name):
    subprocess.run(["ollama", "pull", name], check=True)
    subprocess.run(
        [
            "ollama",
            "run",
            "llama3:8b",
        ]
    )


def ask(client, prompt):
    if prompt == "mistral":
        return None
    return client.chat(model="mistral", messages=[{"role": "user", "content": prompt}])
