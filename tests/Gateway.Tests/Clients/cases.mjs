// Runs the cases of a client one after another and prints what each of them saw, as one object of JSON.
const seen = {};

export async function saw(name, ask) {
  try {
    seen[name] = await ask();
  } catch (error) {
    seen[name] = {
      error: error.name, class: error.constructor.name, status: error.status ?? error.$metadata?.httpStatusCode, message: error.message,
      code: error.code, param: error.param, type: error.type ?? error.error?.error?.type, attempts: error.$metadata?.attempts,
      id: error.$metadata?.requestId ?? error.requestID,
    };
  }
}

export const done = () => process.stdout.write(JSON.stringify(seen));

// One pixel.
export const picture = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export const claude = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
export const nova = 'us.amazon.nova-lite-v1:0';
export const titan = 'amazon.titan-embed-text-v2:0';
