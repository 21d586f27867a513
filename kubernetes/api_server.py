"""Prints the NetworkPolicy that lets the servers reach the API server, whose EndpointSlices come in
on standard input.
"""

import json
import sys


def policy(slices: list[dict]) -> dict:
    """Egress to each address and port; policies look at these, not at the Service's address before
    them.
    """
    rules = []
    for one in slices:
        addresses = [address for endpoint in one["endpoints"] for address in endpoint["addresses"]]
        length = 128 if one["addressType"] == "IPv6" else 32
        blocks = [{"ipBlock": {"cidr": f"{address}/{length}"}} for address in addresses]
        rules.append(
            {
                "to": blocks,
                "ports": [{"protocol": "TCP", "port": port["port"]} for port in one["ports"]],
            }
        )
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "discovery", "labels": {"app.kubernetes.io/component": "server"}},
        "spec": {
            "podSelector": {"matchLabels": {"app.kubernetes.io/component": "server"}},
            "policyTypes": ["Egress"],
            "egress": rules,
        },
    }


if __name__ == "__main__":
    found = json.load(sys.stdin)["items"]
    if not found:
        sys.exit("no EndpointSlice of the Service default/kubernetes")
    print(json.dumps(policy(found), indent=2))
