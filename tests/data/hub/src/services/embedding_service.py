class EmbeddingService:
    def __init__(self, model="nomic-embed-text", host="localhost:11434"):
        self.model = model
        self.mistral = None  # not a model here

    def known(self):
        return {"nomic-embed-text": 768, "text-embedding-3-small": 1536}
