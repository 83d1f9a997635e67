"""Start the app's server and open it in a browser."""

import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path
from typing import NoReturn

from explorer.errors import ExplorerError, SettingError
from explorer.home import home

ADDRESS = "127.0.0.1"


def serve(page: str, port: int, browser: bool) -> NoReturn:
    """Run the server until it is stopped; open `page` once it answers."""
    chosen = free_port(port)
    url = f"http://{ADDRESS}:{chosen}/{page}"
    if shared():
        print("Everyone who reaches the port can use the app: put a login in front of it.", flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # `kill` and `docker stop` end both, as Ctrl+C does
    server = subprocess.Popen(command(chosen), env=environment())
    try:
        wait_until_healthy(chosen, server)
        print(f"Information Explorer is at {url}\nPress Ctrl+C to stop it.", flush=True)
        if browser:
            webbrowser.open(url)
        status = server.wait()
    except KeyboardInterrupt:
        server.terminate()
        status = server.wait()
    except ExplorerError:
        server.terminate()
        raise
    sys.exit(max(0, status))


def command(port: int) -> list[str]:
    """The command line of the server: this machine only, no usage statistics, cross-site requests refused."""
    address = os.environ.get("EXPLORER_ADDRESS", ADDRESS)
    hosts = os.environ.get("EXPLORER_HOSTS", f"localhost,{ADDRESS}").split(",")
    flags = {
        "server.port": port,
        "server.address": address,
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "server.enableXsrfProtection": "true",
        "server.maxUploadSize": 200,
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "viewer",
        "client.showErrorDetails": "none",
    }
    options = [part for name, value in flags.items() for part in (f"--{name}", str(value))]
    allowed = [part for host in hosts for part in ("--server.allowedHosts", host)]
    script = str(Path(__file__).with_name("asgi.py"))
    return [sys.executable, "-m", "streamlit", "run", script, *options, *allowed]


def shared() -> bool:
    """Whether EXPLORER_ADDRESS lets other machines reach the server."""
    address = os.environ.get("EXPLORER_ADDRESS", ADDRESS)
    try:
        return not ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address != "localhost"


def environment() -> dict[str, str]:
    """The environment of the server: the package importable, its theme found wherever it is started from.

    Where other machines reach it, it shows the folders of EXPLORER_ROOTS, or home's alone.
    """
    from explorer.packaged import root

    package = str(Path(__file__).resolve().parents[1])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    roots = {"EXPLORER_ROOTS": str(home())} if shared() and not os.environ.get("EXPLORER_ROOTS") else {}
    return os.environ | roots | {"PYTHONPATH": os.pathsep.join(paths)} | theme(root() / ".streamlit" / "config.toml")


def theme(config: Path) -> dict[str, str]:
    """The theme of config.toml as environment variables, since Streamlit reads that file only where it starts."""
    import tomllib

    found: dict[str, str] = {}

    def walk(prefix: str, table: dict) -> None:
        for key, value in table.items():
            name = f"{prefix}_{_upper(key)}"
            if isinstance(value, dict):
                walk(name, value)
            else:
                found[name] = str(value).lower() if isinstance(value, bool) else str(value)

    if config.is_file():
        walk("STREAMLIT", tomllib.loads(config.read_text()))
    return found


def free_port(first: int) -> int:
    """The first free port from `first` on, of fifty.

    Raises:
        SettingError: when none is free, or the number is no port.
    """
    if not 0 < first < 65500:
        raise SettingError(f"port={first} must lie in [1, 65499]")
    for port in range(first, first + 50):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((ADDRESS, port))
            except OSError:
                continue
            return port
    raise SettingError(f"port={first}: this and the next 49 ports are taken; name another")


def wait_until_healthy(port: int, server: subprocess.Popen, seconds: float = 60.0) -> None:
    """Return once the server answers its health check.

    Raises:
        ExplorerError: when it ends or stays silent.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise ExplorerError(f"the server ended with status {server.returncode} before it answered")
        try:
            with urllib.request.urlopen(f"http://{ADDRESS}:{port}/_stcore/health", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise ExplorerError(f"the server did not answer on port {port} within {seconds:g} s")


def _upper(key: str) -> str:
    """baseFontSize -> BASE_FONT_SIZE, as Streamlit names its variables."""
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in key).upper()
