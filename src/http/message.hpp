#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace pantheon::http {

namespace asio = boost::asio;

/// Header fields in the order they came. Names compare without case (RFC 9110, section 5.1).
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;
  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  /// The first value of a name, or nothing.
  std::optional<std::string_view> get(std::string_view name) const;
  /// Replaces all values of the name.
  void set(std::string_view name, std::string value);
  /// Adds one more value.
  void add(std::string_view name, std::string value);
  void remove(std::string_view name);
  const std::vector<Field>& fields() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

/// A request whose body has been read whole, within the server's limit.
struct Request {
  std::string method;
  std::string target;  ///< as received, origin form
  std::string path;    ///< target up to '?', percent-decoded once
  std::string query;   ///< behind '?', not decoded
  Headers headers;
  std::string body;
  asio::ip::address remote_address;  ///< never an IPv4 address written as IPv6
  bool secure = false;               ///< arrived over TLS
};

struct Response {
  unsigned status = 200;
  Headers headers = {};
  std::string body = {};
};

/// `{"error":{"code","message"}}` with the status of the error's row.
Response error_response(const core::Error& error);
/// A JSON document with status and content type.
Response json_response(unsigned status, std::string document);

}  // namespace pantheon::http
