-- Lets wrk send the request that the environment names, and print what it measured as a line of JSON.
wrk.method = "POST"
wrk.body = os.getenv("WRK_BODY")
wrk.headers["Content-Type"] = "application/json"

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"throughput":%.1f,"p50":%.1f,"p90":%.1f,"p99":%.1f,"max":%.1f,"failed":%d}\n',
    summary.requests / (summary.duration / 1e6), latency:percentile(50), latency:percentile(90), latency:percentile(99),
    latency.max, errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
