import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import okhttp3.Credentials;
import okhttp3.FormBody;
import okhttp3.MediaType;
import okhttp3.MultipartBody;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** OkHttp has a body for each encoding. */
class OkHttp {
    static final String BASE = System.getenv("CONTACTS_BASE_URL");
    static final String ACCOUNT = System.getenv("CONTACTS_ACCOUNT");
    static final OkHttpClient CLIENT = new OkHttpClient();

    public static void main(String[] args) throws Exception {
        String contacts = BASE + "/Advertisers/" + ACCOUNT + "/Campaigns/1000/Contacts";
        String uri;
        if (args[0].equals("form")) {
            uri = uri(send("POST", contacts, new FormBody.Builder()
                    .add("FirstName", "Wíle 🐺")
                    .add("LastName", "Coyote & Söhne + 100 %")
                    .add("EmailAddress", "wile.coyote@example.com")
                    .add("Accounts", "10000,10001")
                    .add("Title", "Директор \"ACME\"; 部長")
                    .add("Labels", "Główny,重要")
                    .add("ProfileImageUrl", "https://example.com/ü?a=b&c=d")
                    .build()));
            send("PUT", uri, new FormBody.Builder().add("Title", "Präsident 社長").add("LabelsAdd", "新").build());
        } else {
            uri = uri(send("POST", contacts, new MultipartBody.Builder().setType(MultipartBody.FORM)
                    .addFormDataPart("FirstName", "Wíle 🐺")
                    .addFormDataPart("LastName", "Coyote & Söhne + 100 %")
                    .addFormDataPart("EmailAddress", "wile.coyote@example.com")
                    .addFormDataPart("Accounts", "10000,10001")
                    .addFormDataPart("Title", "Директор \"ACME\"; 部長")
                    .addFormDataPart("Labels", "Główny,重要")
                    .addFormDataPart("ProfileImageFile", "image.png")
                    .addFormDataPart("image.png", "Größe.png", RequestBody.create(new File(args[1]), MediaType.get("image/png")))
                    .build()));
            send("PUT", uri, new MultipartBody.Builder().setType(MultipartBody.FORM)
                    .addFormDataPart("Title", "Präsident 社長")
                    .addFormDataPart("LabelsAdd", "新")
                    .addFormDataPart("ProfileImageFile", "image.gif")
                    .addFormDataPart("image.gif", "image.gif", RequestBody.create(new File(args[2]), MediaType.get("image/gif")))
                    .build());
            Files.write(Path.of(args[3]), send("GET", uri + "/ProfileImage", null));
        }
        System.out.write(send("GET", uri, null));
        System.out.flush();
        CLIENT.dispatcher().executorService().shutdown();
        CLIENT.connectionPool().evictAll();
    }

    static byte[] send(String method, String url, RequestBody body) throws IOException {
        Request request = new Request.Builder().url(url).method(method, body)
                .header("Authorization", Credentials.basic(ACCOUNT, System.getenv("CONTACTS_TOKEN"))).build();
        try (Response response = CLIENT.newCall(request).execute()) {
            if (!response.isSuccessful()) {
                throw new IOException(method + " " + url + ": " + response.code() + " " + response.body().string());
            }
            return response.body().bytes();
        }
    }

    static String uri(byte[] response) {
        return BASE + new String(response, StandardCharsets.UTF_8).replaceAll(".*\"Uri\":\"([^\"]*)\".*", "$1");
    }
}
