#pragma once

#include <map>
#include <string>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "identity/pairing.hpp"
#include "signaling/options.hpp"

namespace pantheon::signaling {

/// A pairing code that waits for a newcomer.
struct OpenCode {
  std::string account;
  std::string voucher_device_id;
  std::string voucher_instance;
  core::WallTime expires_at;
  bool busy = false;  ///< a newcomer is being asked about just now
  int refusals = 0;   ///< by the voucher
};

/// The open pairing codes, in memory only and bounded. Pure.
class PairingCodes {
 public:
  PairingCodes(const Limits& limits, std::chrono::seconds lifetime) : limits_(limits), lifetime_(lifetime) {}

  /// The same device may open its code again (it reconnected); `pairing_code_taken`,
  /// `pairing_too_many_codes`.
  core::Result<core::WallTime> open(const identity::PairingCode& code, OpenCode opened, core::WallTime now);
  /// An open code ends then.
  void set_end(const identity::PairingCode& code, core::WallTime end);
  /// Closes a code of the account; others' are left alone.
  void close(const identity::PairingCode& code, const std::string& account);
  /// Closes all codes a device has opened.
  void close_device(const std::string& account, const std::string& device_id);

  /// Takes the code for one newcomer: `pairing_code_unknown`, `pairing_busy`. Until give_back() or burn()
  /// nobody else gets it.
  core::Result<OpenCode> take(const identity::PairingCode& code, core::WallTime now);
  enum class Outcome { no_answer, refused };
  /// Frees the code again; five refusals close it.
  void give_back(const identity::PairingCode& code, Outcome outcome);
  /// Uses a taken code up. False when it was closed meanwhile: then the pairing must not succeed.
  bool burn(const identity::PairingCode& code, core::WallTime now);

  std::size_t size() const { return codes_.size(); }

 private:
  void forget_expired(core::WallTime now);
  std::size_t count(const std::string& account) const;
  Limits limits_;
  std::chrono::seconds lifetime_;
  std::map<identity::PairingCode, OpenCode> codes_;
};

}  // namespace pantheon::signaling
