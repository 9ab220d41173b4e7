#include "real/endpoint.hpp"

#include <charconv>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

namespace psgrid::real {

std::optional<HostPort> parse_host_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return {};
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return {};
  HostPort result{.host = std::string(host)};
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), result.port);
  if (error != std::errc() || end != digits.data() + digits.size()) return {};
  if (host.empty() || result.port == 0) return {};
  return result;
}

std::string to_string(const HostPort& endpoint) {
  const bool brackets = endpoint.host.find(':') != std::string::npos;  // as in URLs
  return (brackets ? "[" + endpoint.host + "]" : endpoint.host) + ":" +
         std::to_string(endpoint.port);
}

std::optional<std::string> address_of(const std::string& host) {
  asio::io_context io;
  asio::ip::tcp::resolver resolver(io);
  std::error_code error;
  const auto found = resolver.resolve(host, "", error);
  if (error || found.empty()) return {};
  return found.begin()->endpoint().address().to_string();
}

bool is_loopback(const std::string& address) {
  std::error_code error;
  const auto parsed = asio::ip::make_address(address, error);
  return !error && parsed.is_loopback();
}

bool is_unspecified(const std::string& address) {
  std::error_code error;
  const auto parsed = asio::ip::make_address(address, error);
  return !error && parsed.is_unspecified();
}

}  // namespace psgrid::real
