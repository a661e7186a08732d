fn main() {
    println!("cargo::rerun-if-changed=src/plain.c");
    cc::Build::new().file("src/plain.c").opt_level(3).flag("-march=native").compile("plain");
}
