//! The contract of bench/signaling on socketioxide: sign-in, an account's room, relayed signals.
//! Prints `listening <port>`. One thread: the multi-thread runtime reorders signals.
mod accounts;
mod sign_in;

use accounts::{Accounts, Entry};
use axum::serve::ListenerExt;
use serde::{Deserialize, Serialize};
use serde_json::{json, Value};
use sign_in::{Hello, SignIn};
use socketioxide::extract::{Data, Extension, SocketRef, State};
use socketioxide::handler::ConnectHandler;
use socketioxide::{SocketIo, TransportType};
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

const BACKLOG: u32 = 4096;

#[derive(Clone)]
struct Member {
    account: Arc<str>,
    entry: Entry,
}

#[derive(Clone)]
struct Server {
    sign_in: Arc<SignIn>,
    accounts: Arc<Accounts>,
}

#[derive(Deserialize)]
struct Signal {
    to: String,
    signal: Value,
}

#[derive(Serialize)]
struct Relayed<'a> {
    #[serde(rename = "fromUserId")]
    from_user_id: &'a str,
    signal: &'a Value,
}

async fn admit(
    socket: SocketRef,
    Data(hello): Data<Hello>,
    State(server): State<Server>,
) -> Result<(), &'static str> {
    let account = server.sign_in.account_of(&hello)?;
    let entry = Entry {
        user_id: hello.device_id,
        client_type: hello.client_type,
    };
    socket.extensions.insert(Member {
        account: account.into(),
        entry,
    });
    Ok(())
}

async fn connected(socket: SocketRef) {
    socket.on("join-account", join);
    socket.on("webrtc-signal", relay);
    socket.on_disconnect(leave);
}

async fn join(
    socket: SocketRef,
    Extension(member): Extension<Member>,
    State(server): State<Server>,
) {
    let others = server
        .accounts
        .join(&member.account, &member.entry, socket.clone());
    let room = member.account.to_string();
    socket.join(room.clone());
    if !others.is_empty() {
        socket
            .to(room)
            .emit("peer-joined", &member.entry)
            .await
            .ok();
    }
    // An array of arguments is spread over several; one array is wanted here.
    socket.emit("existing-peers", &(others,)).ok();
}

async fn relay(
    socket: SocketRef,
    Data(signal): Data<Signal>,
    Extension(member): Extension<Member>,
    State(server): State<Server>,
) {
    let relayed = Relayed {
        from_user_id: &member.entry.user_id,
        signal: &signal.signal,
    };
    let sent = match server.accounts.find(&member.account, &signal.to) {
        Some(target) => target.emit("webrtc-signal", &relayed).is_ok(),
        None => false,
    };
    if !sent {
        let error = json!({ "code": "peer_unavailable", "targetUserId": signal.to });
        socket.emit("error", &error).ok();
    }
}

async fn leave(
    socket: SocketRef,
    Extension(member): Extension<Member>,
    State(server): State<Server>,
) {
    let gone = server
        .accounts
        .leave(&member.account, &member.entry, &socket);
    if gone {
        let room = member.account.to_string();
        socket.to(room).emit("peer-left", &member.entry).await.ok();
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server {
        sign_in: Arc::new(SignIn::from_arguments(std::env::args().skip(1))?),
        accounts: Arc::default(),
    };
    let (layer, io) = SocketIo::builder()
        .transports([TransportType::Websocket])
        .with_state(server)
        .build_layer();
    io.ns("/", connected.with(admit));
    let socket = tokio::net::TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let listener = socket.listen(BACKLOG)?;
    println!("listening {}", listener.local_addr()?.port());
    let listener = listener.tap_io(|stream| {
        stream.set_nodelay(true).ok();
    });
    axum::serve(listener, axum::Router::new().layer(layer)).await?;
    Ok(())
}
