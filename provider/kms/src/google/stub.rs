//! The SDK's client over reqwest.
//!
//! The SDK's own transport takes no HTTP client: no proxy and no authority of the file would reach it, it looks names up on a
//! thread, does not hear `Retry-After`, and repeats for 20 s what a server that is not trusted does to it (measured). Its
//! client takes any implementation of a public trait, so this is one: of the seven methods that are used.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use google_cloud_gax::error::rpc::Status;
use google_cloud_gax::options::RequestOptions;
use google_cloud_gax::response::{Parts, Response};
use google_cloud_kms_v1::model::{
    AsymmetricSignRequest, AsymmetricSignResponse, CryptoKey, CryptoKeyVersion, GetCryptoKeyRequest,
    GetCryptoKeyVersionRequest, GetPublicKeyRequest, ListCryptoKeyVersionsRequest, ListCryptoKeyVersionsResponse,
    ListCryptoKeysRequest, ListCryptoKeysResponse, PublicKey, UpdateCryptoKeyRequest,
};
use google_cloud_kms_v1::stub::KeyManagementService;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::{Method, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::identity::Issued;
use crate::network::{Interruption, Message, Wire};

/// Who asks, as Google's logs show it.
const PROGRAM: &str = concat!("hardkey/", env!("CARGO_PKG_VERSION"));

type Answer<T> = Result<Response<T>, google_cloud_gax::error::Error>;

/// One lane's way to Google Cloud KMS.
pub(super) struct Rest {
    pub(super) wire: Wire,
    /// Without a slash at its end.
    pub(super) endpoint: String,
    pub(super) issued: Arc<Issued>,
    /// Time for one attempt.
    pub(super) limit: Duration,
}

/// Why there is no answer that could be handed on.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It was not sent, or nothing came back.
    Interrupted(Interruption),
    /// Not an answer in the words of the service.
    Foreign(Box<Refused<()>>),
    /// An answer that says no.
    Service(Box<Refused<Status>>),
    /// Success, but the body is not what the service documents.
    Unreadable(String),
}

/// An answer other than success.
#[derive(Debug)]
pub(super) struct Refused<Words> {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) words: Words,
}

impl Trouble {
    /// What [`Rest`] put into an error of the SDK's.
    pub(super) fn of(error: &google_cloud_gax::error::Error) -> Option<&Self> {
        error.source()?.downcast_ref()
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted(interruption) => interruption.fmt(out),
            Self::Foreign(refused) => write!(out, "HTTP status {}", refused.status.as_u16()),
            Self::Service(refused) => out.write_str(refused.words.code.name()),
            Self::Unreadable(why) => out.write_str(why),
        }
    }
}

impl Error for Trouble {}

impl Rest {
    /// An answer as it came. Paths begin with the version of the API.
    pub(super) async fn as_it_came(
        &self,
        method: Method,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Vec<u8>, google_cloud_gax::error::Error> {
        let answer = self.send(method, path, &[], body).await.map_err(google_cloud_gax::error::Error::deser)?;
        Ok(answer.body)
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Answer<T> {
        self.exchange(Method::GET, &format!("v1/{path}"), query, Vec::new()).await
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Answer<T> {
        let body = serde_json::to_vec(body).map_err(google_cloud_gax::error::Error::ser)?;
        self.exchange(Method::POST, &format!("v1/{path}"), &[], body).await
    }

    /// The SDK's errors for HTTP have no public constructor; ours travel inside one that has.
    async fn exchange<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer<T> {
        let answer = self.send(method, path, query, body).await.map_err(google_cloud_gax::error::Error::deser)?;
        let body = serde_json::from_slice(&answer.body).map_err(|error| {
            let why = format!("no {} at line {}, column {}", shape(&error), error.line(), error.column());
            google_cloud_gax::error::Error::deser(Trouble::Unreadable(why))
        })?;
        Ok(Response::from_parts(Parts::new().set_headers(answer.headers), body))
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<crate::network::Answer, Trouble> {
        let mut url = Url::parse(&format!("{}/{path}", self.endpoint))
            .map_err(|error| Trouble::Interrupted(Interruption::fatal(error)))?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let pass = self
            .issued
            .get()
            .ok_or_else(|| Trouble::Interrupted(Interruption::fatal("credentials were withdrawn while in use")))?;
        let mut headers = pass.headers;
        headers.insert(USER_AGENT, HeaderValue::from_static(PROGRAM));
        if !body.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let message = Message { method, url, headers, body, limit: Some(self.limit), direct: false };
        let answer = self.wire.exchange(message).await.map_err(Trouble::Interrupted)?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        let (status, headers) = (answer.status, answer.headers);
        Err(match Status::try_from(&Bytes::from(answer.body)) {
            Ok(words) => Trouble::Service(Box::new(Refused { status, headers, words })),
            Err(_) => Trouble::Foreign(Box::new(Refused { status, headers, words: () })),
        })
    }
}

fn shape(error: &serde_json::Error) -> &'static str {
    if error.is_data() { "answer of the documented shape" } else { "JSON" }
}

/// Names are checked before they come here: nothing in them needs escaping. The SDK's own queries, `transport.rs`.
impl KeyManagementService for Rest {
    async fn list_crypto_keys(
        &self,
        request: ListCryptoKeysRequest,
        _: RequestOptions,
    ) -> Answer<ListCryptoKeysResponse> {
        let size = request.page_size.to_string();
        let query = [("pageSize", size.as_str()), ("pageToken", &request.page_token)];
        self.get(&format!("{}/cryptoKeys", request.parent), &query).await
    }

    async fn list_crypto_key_versions(
        &self,
        request: ListCryptoKeyVersionsRequest,
        _: RequestOptions,
    ) -> Answer<ListCryptoKeyVersionsResponse> {
        let size = request.page_size.to_string();
        let query = [("pageSize", size.as_str()), ("pageToken", &request.page_token)];
        self.get(&format!("{}/cryptoKeyVersions", request.parent), &query).await
    }

    async fn get_crypto_key(&self, request: GetCryptoKeyRequest, _: RequestOptions) -> Answer<CryptoKey> {
        self.get(&request.name, &[]).await
    }

    async fn get_crypto_key_version(
        &self,
        request: GetCryptoKeyVersionRequest,
        _: RequestOptions,
    ) -> Answer<CryptoKeyVersion> {
        self.get(&request.name, &[]).await
    }

    async fn get_public_key(&self, request: GetPublicKeyRequest, _: RequestOptions) -> Answer<PublicKey> {
        self.get(&format!("{}/publicKey", request.name), &[]).await
    }

    async fn update_crypto_key(&self, mut request: UpdateCryptoKeyRequest, _: RequestOptions) -> Answer<CryptoKey> {
        let key = request.crypto_key.take().unwrap_or_default();
        let mask = request.update_mask.map(|mask| mask.paths.join(",")).unwrap_or_default();
        let body = serde_json::to_vec(&key).map_err(google_cloud_gax::error::Error::ser)?;
        let path = format!("v1/{}", key.name);
        self.exchange(Method::PATCH, &path, &[("updateMask", mask.as_str())], body).await
    }

    async fn asymmetric_sign(
        &self,
        mut request: AsymmetricSignRequest,
        _: RequestOptions,
    ) -> Answer<AsymmetricSignResponse> {
        let name = std::mem::take(&mut request.name);
        self.post(&format!("{name}:asymmetricSign"), &request).await
    }
}

/// Credentials stay out of logs.
impl fmt::Debug for Rest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Rest").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}
