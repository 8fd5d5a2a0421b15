export interface Settings { model?: string; port: number }
export const settings: Settings = {
  model: "qwen2.5-coder:7b-q4_0",
  port: 3000,
};
const ratio = cond ? phi:3;
const label = `model ${settings.model}:latest`;
