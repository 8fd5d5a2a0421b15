package hub

// Model is what is asked. Never mistral by itself.
type Model struct{ Name string }

func defaults() Model { return Model{Name: "mistral:latest"} }

var phi = map[string]int{"yi:7": 1}
