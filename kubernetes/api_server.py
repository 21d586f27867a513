"""Prints the NetworkPolicy that allows the servers to reach the API server.

Standard input is the API server's EndpointSlices as JSON.
"""

import json
import sys


def policy(slices: list[dict]) -> dict:
    """The policy with egress to each endpoint's address and port.

    Network policies apply to the endpoints, not to the Service's own address.
    """
    rules = []
    for endpoint_slice in slices:
        addresses: list[str] = []
        for endpoint in endpoint_slice["endpoints"]:
            addresses += endpoint["addresses"]
        length = 128 if endpoint_slice["addressType"] == "IPv6" else 32
        blocks = [{"ipBlock": {"cidr": f"{address}/{length}"}} for address in addresses]
        rules.append(
            {
                "to": blocks,
                "ports": [
                    {"protocol": "TCP", "port": port["port"]} for port in endpoint_slice["ports"]
                ],
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
    slices = json.load(sys.stdin)["items"]
    if not slices:
        sys.exit("the Service default/kubernetes has no EndpointSlice")
    print(json.dumps(policy(slices), indent=2))
