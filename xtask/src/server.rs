//! A file server for this machine alone: it shows a built page, and takes what a page has to say (POST).

use crate::Result;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

pub struct Server {
    pub address: String,
    /// Bodies that pages have posted.
    pub reports: Receiver<String>,
}

/// Port 0 takes a free one.
pub fn serve(dir: PathBuf, port: u16) -> Result<Server> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|e| match port {
        0 => format!("cannot open a local port: {e}"),
        _ => format!("cannot serve on port {port}: {e}; choose another one with --port"),
    })?;
    let port = listener.local_addr().map_err(|e| e.to_string())?.port();
    let (sender, reports) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (dir, sender) = (dir.clone(), sender.clone());
            // A browser opens connections ahead of need and leaves them idle; none may block another.
            std::thread::spawn(move || answer(stream, &dir, &sender));
        }
    });
    Ok(Server { address: format!("http://127.0.0.1:{port}/"), reports })
}

/// One request, one connection. An error means that the browser has gone: there is nobody to tell.
fn answer(mut stream: TcpStream, dir: &Path, reports: &Sender<String>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut words = request.split(' ');
    let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or("/"));
    let path = path.split(['?', '#']).next().unwrap_or("/").trim_start_matches('/');
    match method {
        "POST" => {
            let mut body = String::new();
            reader.take(length).read_to_string(&mut body)?;
            // Nobody may be listening any more.
            let _ = reports.send(body);
            respond(&mut stream, "204 No Content", "text/plain", &[], true)
        }
        "GET" | "HEAD" => match read(dir, path) {
            Some((kind, bytes)) => respond(&mut stream, "200 OK", kind, &bytes, method == "GET"),
            None => respond(&mut stream, "404 Not Found", "text/plain", b"not found", method == "GET"),
        },
        _ => respond(&mut stream, "405 Method Not Allowed", "text/plain", &[], false),
    }
}

fn respond(
    stream: &mut TcpStream,
    status: &str,
    kind: &str,
    body: &[u8],
    with_body: bool,
) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(if with_body { body } else { &[] })
}

fn read(dir: &Path, path: &str) -> Option<(&'static str, Vec<u8>)> {
    let relative = Path::new(path);
    // Nothing outside of the folder.
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let mut file = dir.join(relative);
    if file.is_dir() {
        file.push("index.html");
    }
    let kind = match file.extension()?.to_str()? {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript",
        "css" => "text/css",
        "json" | "map" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    };
    Some((kind, std::fs::read(&file).ok()?))
}
