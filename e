Traceback (most recent call last):
  File "/work/wt/streams/.venv/bin/graphdiff", line 4, in <module>
    sys.exit(main())
             ^^^^^^
  File "/work/wt/streams/graphdiff/cli/__init__.py", line 78, in main
    status = graphdiff.main(prog_name="graphdiff", standalone_mode=False)
             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/work/main/.venv/lib/python3.11/site-packages/click/core.py", line 1560, in main
    rv = self.invoke(ctx)
         ^^^^^^^^^^^^^^^^
  File "/work/main/.venv/lib/python3.11/site-packages/click/core.py", line 2054, in invoke
    return _process_result(sub_ctx.command.invoke(sub_ctx))
                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/work/main/.venv/lib/python3.11/site-packages/click/core.py", line 1414, in invoke
    return ctx.invoke(self.callback, **ctx.params)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/work/main/.venv/lib/python3.11/site-packages/click/core.py", line 911, in invoke
    return callback(*args, **kwargs)
           ^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/work/wt/streams/graphdiff/cli/options.py", line 153, in run
    function(_settings(given), **given)
  File "/work/wt/streams/graphdiff/cli/why.py", line 56, in why
    graph = inputs.load(settings)
            ^^^^^^^^^^^^^^^^^^^^^
  File "/work/wt/streams/graphdiff/cli/inputs.py", line 32, in load
    graph: nx.DiGraph = read(settings.file, **settings.reading)
                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/work/wt/streams/graphdiff/readers/__init__.py", line 86, in read
    name, data = load(path, max_bytes=max_bytes)
                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/work/wt/streams/graphdiff/readers/source.py", line 78, in load
    raw = _read_raw(path, name, MAX_BYTES if max_bytes is None else max_bytes)
          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/work/wt/streams/graphdiff/readers/source.py", line 124, in _read_raw
    return _bounded(sys.stdin.buffer, name, max_bytes)
                    ^^^^^^^^^^^^^^^^
AttributeError: 'NoneType' object has no attribute 'buffer'
