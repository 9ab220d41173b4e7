// Where a process listens, as users write it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace psgrid::real {

struct HostPort {
  std::string host;  // a name or an address
  std::uint16_t port = 0;
};

// "node1:7000", "10.0.0.1:7000", "[fd00::1]:7000"; nothing if `text` is anything else.
std::optional<HostPort> parse_host_port(std::string_view text);

// The same again.
std::string to_string(const HostPort& endpoint);

// The first address that this machine knows the host by; nothing if it knows none.
std::optional<std::string> address_of(const std::string& host);

// Of an address: one that only this machine can connect to; one that stands for all interfaces.
bool is_loopback(const std::string& address);
bool is_unspecified(const std::string& address);

}  // namespace psgrid::real
