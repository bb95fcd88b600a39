//! Who is here: the sockets of each account by device.
use serde::Serialize;
use socketioxide::extract::SocketRef;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    pub user_id: String,
    pub client_type: String,
}

type Devices = HashMap<String, (Entry, SocketRef)>;

#[derive(Default)]
pub struct Accounts(Mutex<HashMap<String, Devices>>);

impl Accounts {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Devices>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The entries of the others.
    pub fn join(&self, account: &str, entry: &Entry, socket: SocketRef) -> Vec<Entry> {
        let mut all = self.all();
        let devices = all.entry(account.to_owned()).or_default();
        devices.insert(entry.user_id.clone(), (entry.clone(), socket));
        let others = devices
            .values()
            .filter(|(other, _)| other.user_id != entry.user_id);
        others.map(|(other, _)| other.clone()).collect()
    }

    pub fn find(&self, account: &str, device: &str) -> Option<SocketRef> {
        let all = self.all();
        let (_, socket) = all.get(account)?.get(device)?;
        Some(socket.clone())
    }

    /// Whether the device has gone, and no other socket has taken its place.
    pub fn leave(&self, account: &str, entry: &Entry, socket: &SocketRef) -> bool {
        let mut all = self.all();
        let Some(devices) = all.get_mut(account) else {
            return false;
        };
        let is_current = devices
            .get(&entry.user_id)
            .is_some_and(|(_, current)| current == socket);
        if is_current {
            devices.remove(&entry.user_id);
        }
        if devices.is_empty() {
            all.remove(account);
        }
        is_current
    }
}
