export async function chat(messages, model = 'qwen2.5-coder:7b-q4_0') {
  const body = {model:'mistral', messages, keep_alive:'5m'};
  return fetch('http://localhost:11434/api/chat', {method: 'POST', body: JSON.stringify(body)});
}
