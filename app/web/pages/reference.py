"""The REST API's reference as a page shows it, made from the OpenAPI description."""

from typing import Any

Schema = dict[str, Any]


def calls_of(api: Schema, origin: str) -> list[Schema]:
    """Each call of the API: method, path, words, parameters, examples as curl, responses."""
    return [
        _call(method.upper(), path, operation, origin)
        for path, operations in api["paths"].items()
        for method, operation in operations.items()
    ]


def _call(method: str, path: str, operation: Schema, origin: str) -> Schema:
    parameters = [_parameter(parameter) for parameter in operation.get("parameters", [])]
    parameters += [_field(name, schema) for name, schema in _body(operation).items()]
    return {
        "method": method,
        "path": path,
        "anchor": operation["operationId"],
        "summary": operation.get("summary", ""),
        "description": [part for part in operation.get("description", "").split("\n\n") if part],
        "parameters": parameters,
        "examples": [_curl(method, origin + path, example) for example in operation.get("x-examples", [])],
        "responses": [(status, response["description"]) for status, response in operation["responses"].items()],
    }


def _body(operation: Schema) -> Schema:
    """The fields of a JSON body, by name."""
    content = operation.get("requestBody", {}).get("content", {})
    fields: Schema = content.get("application/json", {}).get("schema", {}).get("properties", {})
    return fields


def _field(name: str, schema: Schema) -> Schema:
    described = _parameter({"name": name, "schema": schema})
    return described | {"help": f"{described['help']} (In the body.)"}


def _parameter(parameter: Schema) -> Schema:
    schema = parameter["schema"]
    default = schema.get("default")
    return {
        "name": parameter["name"],
        "allowed": allowed(schema),
        "default": "required" if parameter.get("required") else ("" if default is None else str(default)),
        "help": parameter.get("description", schema.get("description", "")),
    }


def allowed(schema: Schema) -> str:
    """What a value may be, in words.

    >>> allowed({"type": "integer", "minimum": 1, "maximum": 9})
    'integer, 1 to 9'
    """
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(part for part in map(allowed, schema["anyOf"]) if part != "null"))
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    kind = str(schema.get("type", ""))
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None and high is None:
        return kind
    return f"{kind}, {low:g} to {high:g}" if high is not None else f"{kind}, at least {low:g}"


def _curl(method: str, address: str, example: Schema) -> str:
    query = f"?{example['query']}" if "query" in example else ""
    verb = "" if method == "GET" or "curl" in example else f"-X {method} "
    rest = "".join(f" \\\n  {part}" for part in example.get("curl", []))
    return f"curl -s {verb}'{address}{query}'{rest}"
