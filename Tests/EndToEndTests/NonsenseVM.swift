/// A start command whose first VMs do not keep to the protocol.
enum NonsenseVM {
  /// The program.
  ///
  /// - Parameters:
  ///   - seed: What its random numbers come from.
  ///   - times: How often it talks nonsense before it starts what it should.
  /// - Returns: The text of an executable file.
  static func program(seed: UInt64, times: Int) -> String {
    """
    #!/usr/bin/env python3
    import array, json, os, random, socket, sys

    count = len(os.listdir(os.path.dirname(__file__)))
    if count > \(times):
        startup = os.environ["NCS_DIR"] + "/src/ncs/pyapi/ncs_pyvm/startup.py"
        os.execvp("python3", ["python3", "-u", startup, *sys.argv[1:]])
    open(os.path.join(os.path.dirname(__file__), f"start-{count}"), "w").close()
    chance = random.Random(\(seed) * 1000 + count)

    STRANGE = [None, True, -1, 0, 2**31, 2**63, 2**64, 1e300, "", "x", [], {}, [[]], {"a": 1}, "\\0", "/", 9]

    def link():
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(os.environ["NCS_IPC_PATH"])
        return connection

    def say(connection, method, params, **more):
        message = {"jsonrpc": "2.0", "method": method, "params": params, **more}
        connection.sendall(json.dumps(message).encode() + b"\\n")

    def changed(value):
        if chance.random() < 0.04:
            return chance.choice(STRANGE)
        if isinstance(value, dict):
            return {name: changed(item) for name, item in value.items() if chance.random() > 0.03}
        if isinstance(value, list):
            return [changed(item) for item in value]
        return value

    def point(number):
        name = chance.choice(["script-run", "script-other", "none"])
        return {"id": number, "kind": chance.choice(["action", "service", "nano"]), "name": name, "class": "C",
                "componentType": "a:b", "state": "c:d", "callbacks": ["action"]}

    def reply():
        return chance.choice([
            {"ready": {"pid": os.getpid(), "parentDeathSignal": 9}}, {"id": chance.choice(STRANGE), "ok": {}},
            {"timeout": {"id": chance.choice(STRANGE), "seconds": chance.choice(STRANGE)}}, {"id": 1, "error": {}}])

    hello = {"token": os.environ["CALLPOINT_TOKEN"], "pid": os.getpid(), "parentDeathSignal": 9}
    vm, template = link(), link()
    try:
        say(vm, "vm.hello", hello, id=1)
        vm.recv(65536)
        if chance.random() < 0.7:
            say(template, "template.hello", hello, id=1)
        for _ in range(60):
            method, params = chance.choice([
                ("vm.component", {"package": "script", "name": "main", "state": chance.choice(["running", "failed"]),
                                  "callpoints": [point(number) for number in range(chance.randint(0, 3))]}),
                ("vm.ready", {"threads": []}), ("vm.event", {"event": "log-level", "level": "debug"}),
                ("vm.event", {"event": "problem", "package": "script", "component": "main", "text": "t"}),
                ("vm.event", {"event": "running-thread", "package": "script", "component": "main", "name": "n"}),
                ("template.forked", {"endpoint": chance.randint(0, 4), "pid": os.getpid()}),
                ("template.exited", {"pid": chance.choice(STRANGE), "status": chance.choice(STRANGE)}),
                ("template.failed", {"endpoint": chance.randint(0, 4), "error": "e"})])
            connection = template if method.startswith("template") and chance.random() < 0.9 else vm
            if chance.random() < 0.02:
                connection.sendall(chance.choice([b"nonsense\\n", b"[]\\n", b"\\xff\\n", b"half a line"]))
            say(connection, method, changed(params))
            for one in (vm, template):
                one.setblocking(False)
                try:
                    _, ancillary, _, _ = one.recvmsg(65536, 1024)
                except BlockingIOError:
                    ancillary = []
                one.setblocking(True)
                for _, _, data in ancillary:
                    numbers = array.array("i")
                    numbers.frombytes(data[: len(data) - len(data) % 4])
                    for number in numbers:
                        try:
                            os.write(number, json.dumps(changed(reply())).encode() + b"\\n")
                        except OSError:
                            pass  # Not every descriptor that came can be written.
    except OSError:
        pass  # The host has had enough.
    os._exit(chance.choice([0, 1]))
    """
  }
}
