//! Measures the client; prints one JSON object a line. `CONTACTS_BENCH_URL` is a server that answers
//! creates, `CONTACTS_BENCH_FILE` the file to upload.

use std::env::var;
use std::fs;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use contacts::{CallOptions, Client, CountryCode, CreateContactInput, File};
use serde_json::json;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Many and short, so that most pass undisturbed on a machine that does something else too.
const ROUNDS: usize = 121;

#[tokio::main]
async fn main() -> Result<()> {
    let url = var("CONTACTS_BENCH_URL").map_err(|_| "set CONTACTS_BENCH_URL")?;
    let file = var("CONTACTS_BENCH_FILE").map_err(|_| "set CONTACTS_BENCH_FILE")?;
    upload(&url, &file).await?; // first: what others leave in memory would hide what it takes
    create(&url).await?;
    rules();
    Ok(())
}

fn contact() -> CreateContactInput {
    CreateContactInput::new("Wile", "Coyote", "wile.coyote@example.com", ["10000"])
        .title("Acme Partner Manager")
        .work_phone_number_country(CountryCode::US)
        .work_phone_number("8051234567")
        .cellphone_number_country(CountryCode::US)
        .cellphone_number("8059876543")
        .labels(["Main Contact", "Acme Partner"])
}

fn client(url: &str) -> Result<Client> {
    let patient = CallOptions::new().timeout(Duration::from_secs(600));
    Ok(Client::builder("IRsandbox", "token").base_url(url).options(patient).build()?)
}

async fn upload(url: &str, file: &str) -> Result<()> {
    let client = client(url)?;
    client.create_contact(1000, &contact()).await?;
    let contact = contact().profile_image_file(File::from_path(file));
    fs::write("/proc/self/clear_refs", "5")?; // sets the peak back to what is in use now
    let idle = peak_kib()?;
    client.create_contact(1000, &contact).await?;
    let above = (peak_kib()? - idle) as f64 / 1024.0;
    println!("{}", json!({"what": "upload", "peak_mib_above_idle": above}));
    Ok(())
}

fn peak_kib() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM")).ok_or("no VmHWM")?;
    Ok(line.split_whitespace().nth(1).ok_or("no number")?.parse()?)
}

/// The body of `contact()`.
const PREPARED: &str = "FirstName=Wile&LastName=Coyote&EmailAddress=wile.coyote%40example.com&Accounts=10000\
    &Title=Acme+Partner+Manager&WorkPhoneNumber=8051234567&WorkPhoneNumberCountry=US\
    &CellphoneNumber=8059876543&CellphoneNumberCountry=US&Labels=Main+Contact%2CAcme+Partner";

async fn create(url: &str) -> Result<()> {
    let client = client(url)?;
    let contact = Arc::new(contact());
    let ours = async || {
        let (client, contact) = (client.clone(), contact.clone());
        time(move || {
            let (client, contact) = (client.clone(), contact.clone());
            async move { Ok(client.create_contact(1000, &contact).await.map(drop)?) }
        })
        .await
    };

    let http = reqwest::Client::builder().http1_only().no_proxy().build()?;
    let address = format!("{url}/Advertisers/IRsandbox/Campaigns/1000/Contacts");
    let bare = async || {
        let (http, address) = (http.clone(), address.clone());
        time(move || {
            let request = http
                .post(&address)
                .basic_auth("IRsandbox", Some("token"))
                .header("accept", "application/json")
                .header("user-agent", concat!("contacts-rust/", env!("CARGO_PKG_VERSION")))
                .header("content-type", "application/x-www-form-urlencoded")
                .body(PREPARED);
            async move { Ok(request.send().await?.error_for_status()?.bytes().await.map(drop)?) }
        })
        .await
    };

    ours().await?;
    bare().await?;
    let (mut of_ours, mut of_bare) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        if round % 2 == 0 {
            of_ours.push(ours().await?);
        }
        of_bare.push(bare().await?);
        if round % 2 == 1 {
            of_ours.push(ours().await?);
        }
    }
    let (ours, bare) = (median(of_ours), median(of_bare));
    println!("{}", json!({"what": "create", "ours_us": ours, "bare_us": bare, "ratio": bare / ours}));
    Ok(())
}

/// The microseconds that one call takes, with 32 of them at a time.
async fn time<F>(call: impl Fn() -> F + Clone + Send + 'static) -> Result<f64>
where
    F: Future<Output = Result<()>> + Send,
{
    const AT_A_TIME: u32 = 32;
    const EACH: u32 = 20;
    let begin = Instant::now();
    let tasks = (0..AT_A_TIME).map(|_| {
        let call = call.clone();
        tokio::spawn(async move {
            for _ in 0..EACH {
                call().await?;
            }
            Result::Ok(())
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await??;
    }
    Ok(begin.elapsed().as_secs_f64() * 1e6 / f64::from(AT_A_TIME * EACH))
}

fn rules() {
    const CALLS: u32 = 500;
    let contact = contact();
    let round = |_| {
        let begin = Instant::now();
        for _ in 0..CALLS {
            assert!(black_box(&contact).validate().is_empty());
        }
        begin.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
    };
    println!("{}", json!({"what": "rules", "ns": median((0..10 * ROUNDS).map(round).collect())}));
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}
