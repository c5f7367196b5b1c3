// A check as a link, as curl and as Python.

// `body`: what the REST API's check takes.
export function checkText(kind, address, body) {
  const api = `${location.origin}/api/v1/gradient-check`;
  return {
    link: () => address,
    curl: () => `curl -s '${api}' -H 'content-type: application/json' -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`,
    python: () => python(api, body),
  }[kind]();
}

function python(api, body) {
  return [
    "import json, urllib.request",
    "",
    `sent = json.loads(r'''${JSON.stringify(body).replaceAll("'", "\\u0027")}''')`,
    `answer = json.load(urllib.request.urlopen(${JSON.stringify(api)}, json.dumps(sent).encode()))`,
    'print(answer["text"])',
  ].join("\n");
}
