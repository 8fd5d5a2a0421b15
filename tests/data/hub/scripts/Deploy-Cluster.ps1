param([string]$Model = "mistral:latest")
$time = "12:30"
& ollama pull $Model
& ollama pull nomic-embed-text
