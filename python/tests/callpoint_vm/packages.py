"""Sources of packages that several tests use."""

#: Component classes are called ``Main``; the action point is ``point`` and its callbacks run the input as Python.
EVALUATING = """
    import os
    import sys
    import threading
    import ncs

    built = {}

    class Run(ncs.dp.Action):
        @ncs.dp.Action.action
        def cb_action(self, uinfo, name, kp, input, output):
            scope = dict(globals(), uinfo=uinfo, self=self, log=self.log)
            try:
                output.text = str(eval(input.text, scope))
            except SyntaxError:
                exec(input.text, scope)
                output.text = str(scope.get("result"))

        def init(self, init_args):
            self.args = init_args

    class Main(ncs.application.Application):
        def setup(self):
            self.log.info("Worker ", "RUNNING")
            built["in"] = os.getpid()
            for number in range(4):
                self.register_action(f"point-{number}", Run, init_args=[number])

        def teardown(self):
            self.log.info("Worker FINISHED in ", threading.current_thread().name)
"""
