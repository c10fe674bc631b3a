"""python3-socketio, told what to do as src/main/web/test/wire/socketio-client.mjs is."""

import json
import sys
import threading

import socketio

RECONNECTION_DELAY_S = 0.2

lock = threading.Lock()


def say(**happened):
    with lock:
        print(json.dumps(happened), flush=True)


class Everything(socketio.ClientNamespace):
    """Hears all events, whatever their names."""

    def trigger_event(self, event, *args):
        if event == "connect":
            say(connected=client.get_sid())
        elif event == "connect_error":
            refusal = args[0] if args else ""
            say(refused=refusal["message"] if isinstance(refusal, dict) else str(refusal))
        elif event == "disconnect":
            say(disconnected="")
        else:
            say(event=event, args=list(args))


client = socketio.Client(reconnection_delay=RECONNECTION_DELAY_S, handle_sigint=False)
client.register_namespace(Everything("/"))

for line in sys.stdin:
    command = json.loads(line)
    if "connect" in command:
        try:
            client.connect(
                command["connect"],
                auth=command.get("auth"),
                transports=command.get("transports"),
                wait_timeout=10,
            )
        except socketio.exceptions.ConnectionError as failed:
            print(failed, file=sys.stderr)
    elif "emit" in command:
        callback = None
        if "ack" in command:
            callback = lambda *args, number=command["ack"]: say(ack=number, args=list(args))
        client.emit(command["emit"], tuple(command["args"]), callback=callback)
    else:
        client.disconnect()
client.disconnect()
