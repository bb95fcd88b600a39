"""Runs llama.cpp's OpenAI-compatible server with one model on 127.0.0.1.

Run it with the python and the GGUF that scripts/get-model names. It prints `listening <port>`
when it answers, and ends on SIGTERM or SIGINT, when the process that started it is gone, or when
its standard input, if that is a pipe, is closed: it never outlives its owner.
"""

import argparse
import os
import signal
import socket
import stat
import sys
import threading
import time
import urllib.error
import urllib.request

HOST = "127.0.0.1"
ALIAS = "gemma3-270m"
# The model was never trained to chat: a list of questions and answers is the form in which it stays
# with what it was asked, and the next question is where its answer ends.
TEMPLATE = (
    "{% for message in messages %}"
    "{% if message.role == 'user' %}Question: {{ message.content }}\n"
    "{% elif message.role == 'assistant' %}Answer: {{ message.content }}\n\n"
    "{% else %}{{ message.content }}\n\n{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}Answer:{% endif %}"
)
END_OF_ANSWER = "\nQuestion:"
CONTEXT_TOKENS = 2048
PARENT_CHECK_SECONDS = 0.5
READY_POLL_SECONDS = 0.05
READY_TIMEOUT_SECONDS = 120


def leave(code: int) -> None:
    """Ends the process at once: the engine's threads hold nothing that must be saved."""
    sys.stdout.flush()
    os._exit(code)


def watch_parent(parent: int) -> None:
    """Ends the process when the one that started it is gone."""
    while os.getppid() == parent:
        time.sleep(PARENT_CHECK_SECONDS)
    leave(0)


def watch_input() -> None:
    """Ends the process when the pipe it was given as standard input is closed."""
    while os.read(0, 4096):
        continue
    leave(0)


def input_is_pipe() -> bool:
    """True when standard input tells us of our owner's end: a pipe or a socket."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def free_port() -> int:
    """A port that was free a moment ago (the engine cannot report one it chose itself)."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def wait_until_ready(port: int) -> bool:
    """Waits until the server says that the model is loaded."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + READY_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        try:
            with opener.open(f"http://{HOST}:{port}/health", timeout=5) as answer:
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            time.sleep(READY_POLL_SECONDS)
    return False


def parameters(arguments: argparse.Namespace, port: int) -> "xllamacpp.CommonParams":
    """The engine's parameters: one model, on loopback, answering quietly."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = arguments.model
    params.model_alias = {arguments.alias}
    params.hostnames = [HOST]
    params.port = port
    params.n_parallel = arguments.parallel
    params.n_ctx = arguments.context * arguments.parallel
    params.n_gpu_layers = 0
    params.endpoint_props = True
    params.verbosity = 1
    params.use_jinja = True
    params.chat_template = TEMPLATE
    params.antiprompt = [END_OF_ANSWER]
    return params


def parse_arguments() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description="Serve one GGUF model on 127.0.0.1 with the OpenAI API.")
    parser.add_argument("--port", type=int, required=True, help="port to listen on; 0 takes a free one")
    parser.add_argument("--model", required=True, help="path of the GGUF file")
    parser.add_argument("--alias", default=ALIAS, help="name of the model in the API")
    parser.add_argument("--parent", type=int, help="end when this process is no longer the parent (default: the one at the start)")
    parser.add_argument("--parallel", type=int, default=4, help="answers written at the same time")
    parser.add_argument("--context", type=int, default=CONTEXT_TOKENS, help="tokens that a question and its answer may have")
    arguments = parser.parse_args()
    if not 0 <= arguments.port <= 65535:
        parser.error("--port is a number from 0 to 65535")
    if not 1 <= arguments.parallel <= 64:
        parser.error("--parallel is a number from 1 to 64")
    if not 128 <= arguments.context <= 32768:
        parser.error("--context is a number from 128 to 32768")
    if not os.path.isfile(arguments.model):
        parser.error(f"no such file: {arguments.model}")
    return arguments


def main() -> int:
    """Starts the engine and stays until told to end."""
    parent_at_start = os.getppid()
    arguments = parse_arguments()
    parent = arguments.parent or parent_at_start
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: leave(0))
    threading.Thread(target=watch_parent, args=(parent,), daemon=True).start()
    if input_is_pipe():
        threading.Thread(target=watch_input, daemon=True).start()
    port = arguments.port or free_port()

    import xllamacpp

    try:
        server = xllamacpp.Server(parameters(arguments, port))
    except RuntimeError as error:
        print(f"error: the engine did not start: {error}", file=sys.stderr)
        return 1
    if not wait_until_ready(port):
        print("error: the engine started but does not answer", file=sys.stderr)
        leave(1)
    print(f"listening {port}", flush=True)
    while server is not None:
        signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())
