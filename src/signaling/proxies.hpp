#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "http/message.hpp"

namespace pantheon::signaling {

/// Which reverse proxies are believed when they say whom a request comes from. As it is made: those of this
/// machine.
class Proxies {
 public:
  Proxies();
  /// Nobody is believed: for a server with nothing in front of it.
  static Proxies none();
  /// From addresses and networks in CIDR notation ("10.0.0.0/8", "::1"); `invalid_argument` names the bad
  /// one.
  static core::Result<Proxies> parse(const std::vector<std::string>& networks);

  /// Whether a request that names nobody is odd where it may have come through a proxy: a probe of this
  /// machine comes through none.
  enum class Nameless { is_odd, is_usual };

  bool trusts(const boost::asio::ip::address& address) const;

  /// Whom a request comes from: the address of its connection, or, when that is a trusted proxy, the
  /// rightmost entry of X-Forwarded-For that is none. Nothing when a trusted proxy names nobody: then the
  /// client's address is not known, and nothing may be limited by it. That is warned of once for each of
  /// sixteen proxies, where it is odd. Who sends that header and is not trusted is warned of too: see
  /// refused().
  std::optional<boost::asio::ip::address> client_of(const boost::asio::ip::address& connection,
                                                    const http::Headers& headers,
                                                    Nameless nameless = Nameless::is_odd) const;

  /// A connection of that address was refused because its address comes too often. When it is not trusted as
  /// a proxy, though others are, it may be one: the log says how to name it, once for each address, at most
  /// sixteen of them and one a minute.
  void refused(const boost::asio::ip::address& connection) const;

 private:
  struct Warned;
  void hint(const boost::asio::ip::address& connection, std::string_view what) const;
  std::vector<boost::asio::ip::network_v4> v4_;
  std::vector<boost::asio::ip::network_v6> v6_;
  std::shared_ptr<Warned> warned_;  ///< copies may be used by several threads
};

}  // namespace pantheon::signaling
