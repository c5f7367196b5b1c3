"""What stands in deploy/ is true: settings, ports, paths and addresses are those of the server and its image."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.each import each

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (ROOT / "Dockerfile").read_text()
NGINX = (DEPLOY / "nginx.conf").read_text()
TEXTS = {path.name: path.read_text() for path in sorted(DEPLOY.iterdir())}
OTHERS = {
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "FSSPEC_S3_ENDPOINT_URL",
    "MINIO_ROOT_USER",
    "MINIO_ROOT_PASSWORD",
}


def documents(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(TEXTS[name]))


COMPOSE, BUCKET, DASK = (documents(f"compose{kind}.yaml")[0] for kind in ("", ".s3", ".dask"))
SERVERS = {name: service for name, service in COMPOSE["services"].items() if name.startswith("app")}
KUBERNETES = {document["kind"]: document for document in documents("kubernetes.yaml")}
POD = KUBERNETES["Deployment"]["spec"]["template"]["spec"]
CONTAINER = POD["containers"][0]
VARIABLES = {variable["name"]: variable.get("value") for variable in CONTAINER["env"]}


@each("name", TEXTS)
def test_every_variable_is_a_setting(name: str) -> None:
    named = set(re.findall(r"\bBNSCOPE_([A-Z_]+[A-Z])\b", TEXTS[name])) - {"DRAIN"}
    assert named <= {setting.upper() for setting in Settings.model_fields}


@each("service", [service for file in (COMPOSE, BUCKET, DASK) for service in file["services"].values()])
def test_every_variable_of_a_container_is_known(service: dict[str, Any]) -> None:
    given = service.get("environment", {})
    settings = {name for name in given if name.startswith("BNSCOPE_")}
    assert set(given) - settings <= OTHERS
    assert settings <= {f"BNSCOPE_{name.upper()}" for name in Settings.model_fields}


def test_the_values_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    for environment in (SERVERS["app-1"]["environment"], VARIABLES):
        with monkeypatch.context() as patched:
            for name, value in environment.items():
                patched.setenv(name, "" if value is None or "${" in str(value) else str(value))
            assert Settings().store == "file:///store"


def test_all_servers_differ_in_nothing_but_their_own_folder() -> None:
    one, two = ({k: v for k, v in server.items() if k != "volumes"} for server in SERVERS.values())
    assert one == two
    volumes = [set(server["volumes"]) for server in SERVERS.values()]
    assert volumes[0] & volumes[1] == {"store:/store"}
    assert {volume.partition(":")[0] for volume in volumes[0] | volumes[1]} <= set(COMPOSE["volumes"])


def test_each_folder_is_one_that_the_image_lets_its_user_write_to() -> None:
    (made,) = re.findall(r"RUN install -d -o (\d+) -g \1 (.*)", DOCKERFILE)
    assert POD["securityContext"]["runAsUser"] == int(made[0])
    mounted = {volume.split(":")[1] for server in SERVERS.values() for volume in server["volumes"]}
    mounted |= {mount["mountPath"] for mount in CONTAINER["volumeMounts"]}
    assert mounted == set(made[1].split())
    assert {mount["name"] for mount in CONTAINER["volumeMounts"]} == {volume["name"] for volume in POD["volumes"]}


def test_the_proxy_and_the_probes_ask_the_port_of_the_image() -> None:
    (port,) = re.findall(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE)
    assert re.findall(r"^\s+server (app-\d:\d+)", NGINX, re.MULTILINE) == [f"{name}:{port}" for name in SERVERS]
    assert CONTAINER["ports"] == [{"name": "http", "containerPort": int(port)}]
    for server in SERVERS.values():
        assert f"127.0.0.1:{port}/readyz" in server["healthcheck"]["test"][-1]
    (listening,) = re.findall(r"^ +listen (\d+)", NGINX, re.MULTILINE)
    assert COMPOSE["services"]["proxy"]["ports"][0].endswith(f":{listening}")


def test_the_probes_ask_what_the_server_answers(tmp_path: Path) -> None:
    probes = {name: CONTAINER[name]["httpGet"]["path"] for name in ("startupProbe", "readinessProbe", "livenessProbe")}
    assert probes == {"startupProbe": "/readyz", "readinessProbe": "/readyz", "livenessProbe": "/healthz"}
    client = TestClient(create_app(Settings(uploads_dir=tmp_path / "uploads", cache_dir=tmp_path / "cache")))
    for path in {*probes.values(), *re.findall(r"location = (\S+)", NGINX)}:
        assert client.get(path).status_code in (200, 503), path
    assert re.findall(r"location (/\S*) ", NGINX) == ["/", "/static/"]
    assert 'src="/static/' in client.get("/").text


def test_a_server_has_time_to_end() -> None:
    drain = Settings().drain_seconds
    assert drain < float(SERVERS["app-1"]["stop_grace_period"].rstrip("s"))
    assert drain + float(VARIABLES["BNSCOPE_DRAIN_DELAY"] or 0) < POD["terminationGracePeriodSeconds"]


def test_the_proxy_takes_a_header_as_long_as_the_server_does() -> None:
    (kibibytes,) = re.findall(r"large_client_header_buffers \d+ (\d+)k;", NGINX)
    assert int(kibibytes) * 1024 == Settings().header_bytes


def test_kubernetes_keeps_one_server_while_another_goes_and_routes_to_it() -> None:
    labels = KUBERNETES["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert KUBERNETES["Deployment"]["spec"]["replicas"] == 2
    assert KUBERNETES["PodDisruptionBudget"]["spec"] == {"minAvailable": 1, "selector": {"matchLabels": labels}}
    assert KUBERNETES["Service"]["spec"]["selector"] == labels
    backend = KUBERNETES["Ingress"]["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert backend == {"name": KUBERNETES["Service"]["metadata"]["name"], "port": {"name": "http"}}
    claimed = [volume["persistentVolumeClaim"] for volume in POD["volumes"] if "persistentVolumeClaim" in volume]
    assert claimed == [{"claimName": KUBERNETES["PersistentVolumeClaim"]["metadata"]["name"]}]
    assert KUBERNETES["PersistentVolumeClaim"]["spec"]["accessModes"] == ["ReadWriteMany"]


@pytest.mark.parametrize("name", ["s3.Dockerfile", "dask.Dockerfile"])
def test_an_image_on_top_installs_into_the_environment_of_the_server(name: str) -> None:
    (into,) = re.findall(r"pip --python (\S+)/bin/python install", TEXTS[name])
    assert f"ENV PATH={into}/bin:" in DOCKERFILE
    assert TEXTS[name].strip().splitlines()[-1] in DOCKERFILE


def test_servers_and_workers_ask_the_scheduler_where_it_listens() -> None:
    services = DASK["services"]
    scheduler = services["scheduler"]["command"]
    address = f"tcp://scheduler:{scheduler[scheduler.index('--port') + 1]}"
    assert {services[name]["environment"]["BNSCOPE_SCHEDULER"] for name in SERVERS} == {address}
    assert services["worker"]["command"][:3] == ["dask", "worker", address]
    assert {service["image"] for service in services.values()} == {"bnscope-dask"}
    assert set(SERVERS) < set(services)


def test_a_cluster_in_kubernetes_runs_the_commands_of_the_one_in_compose() -> None:
    told = documents("kubernetes.dask.yaml")
    service = next(document for document in told if document["kind"] == "Service")
    pods = {one["metadata"]["name"]: one["spec"]["template"] for one in told if one["kind"] == "Deployment"}
    assert service["spec"]["selector"] == pods["bnscope-scheduler"]["metadata"]["labels"]
    for name in ("scheduler", "worker"):
        (container,) = pods[f"bnscope-{name}"]["spec"]["containers"]
        command = [part.replace("bnscope-scheduler", "scheduler") for part in container["command"]]
        assert command == DASK["services"][name]["command"]
    address = f"tcp://{service['metadata']['name']}:{service['spec']['ports'][0]['port']}"
    assert address in TEXTS["kubernetes.dask.yaml"]


def test_what_an_image_on_top_copies_is_sent_to_its_build() -> None:
    ignored = (ROOT / ".dockerignore").read_text()
    (copied,) = re.findall(r"^COPY (\S+) ", TEXTS["dask.Dockerfile"], re.MULTILINE)
    assert (ROOT / copied).exists()
    assert f"!{copied}" in ignored.splitlines()
